package business

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apps_v1 "k8s.io/api/apps/v1"
	core_v1 "k8s.io/api/core/v1"
	v1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kiali/kiali/cache"
	"github.com/kiali/kiali/config"
	"github.com/kiali/kiali/istio/istiotest"
	"github.com/kiali/kiali/kubernetes"
	"github.com/kiali/kiali/kubernetes/kubetest"
	"github.com/kiali/kiali/models"
)

// TestParity reads each <name>.yaml of $PARITY with Kiali's validations, and writes the codes of all to $PARITY/codes.json.
func TestParity(t *testing.T) {
	folder := os.Getenv("PARITY")
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	require.NoError(t, err)
	codes := map[string][]string{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		codes[name] = parityCodes(t, file)
	}
	text, err := json.Marshal(codes)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "codes.json"), text, 0o644))
}

func parityCodes(t *testing.T, file string) []string {
	scheme, err := kubernetes.NewScheme()
	require.NoError(t, err)
	decoder := serializer.NewCodecFactory(scheme).UniversalDeserializer()
	text, err := os.ReadFile(file)
	require.NoError(t, err)

	objects := []runtime.Object{}
	namespaces := map[string]map[string]string{"istio-system": {}}
	deployments := []*apps_v1.Deployment{}
	for _, document := range strings.Split(string(text), "\n---\n") {
		var plain map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(document), &plain))
		if plain == nil {
			continue
		}
		raw, err := json.Marshal(plain)
		require.NoError(t, err)
		object, _, err := decoder.Decode(raw, nil, nil)
		if err != nil {
			t.Logf("%s: %v is not read: %v", file, plain["kind"], err)
			continue
		}
		switch typed := object.(type) {
		case *core_v1.Namespace:
			namespaces[typed.Name] = typed.Labels
			continue
		case *apps_v1.Deployment:
			deployments = append(deployments, typed)
			typed.UID = "deployment"
		}
		if of := object.(client.Object).GetNamespace(); of != "" {
			if _, known := namespaces[of]; !known {
				namespaces[of] = map[string]string{}
			}
		}
		objects = append(objects, object)
	}
	managed := []models.Namespace{}
	for name, labels := range namespaces {
		objects = append(objects, &core_v1.Namespace{ObjectMeta: v1.ObjectMeta{Name: name, Labels: labels}})
		managed = append(managed, models.Namespace{Name: name, Labels: labels})
	}
	objects = append(objects, &core_v1.ConfigMap{ObjectMeta: v1.ObjectMeta{Name: "istio", Namespace: "istio-system"}})
	for _, deployment := range deployments {
		objects = append(objects, parityPods(deployment, namespaces[deployment.Namespace])...)
	}

	conf := config.NewConfig()
	config.Set(conf)
	// Kiali skips this validation by default.
	conf.KialiFeatureFlags.Validations.Ignore = nil
	config.Set(conf)
	clients := kubetest.NewFakeK8sClient(objects...)
	clients.GatewayAPIEnabled = true
	discovery := &istiotest.FakeDiscovery{MeshReturn: models.Mesh{
		ControlPlanes: []models.ControlPlane{{
			Cluster:           &models.KubeCluster{Name: conf.KubernetesConfig.ClusterName, IsKialiHome: true},
			ManagedClusters:   []*models.KubeCluster{{Name: conf.KubernetesConfig.ClusterName}},
			MeshConfig:        models.NewMeshConfig(),
			ManagedNamespaces: managed,
			RootNamespace:     "istio-system",
			IstiodNamespace:   "istio-system",
		}},
	}}
	service := NewLayerBuilder(t, conf).WithClient(clients).WithCache(cache.NewTestingCache(t, clients, *conf)).WithDiscovery(discovery).Build().Validations
	info, err := service.NewValidationInfo(context.TODO(), []string{conf.KubernetesConfig.ClusterName}, nil)
	require.NoError(t, err)
	_, found, err := service.Validate(context.TODO(), conf.KubernetesConfig.ClusterName, info)
	require.NoError(t, err)
	codes := map[string]bool{}
	for key, validation := range found {
		for _, check := range validation.Checks {
			codes[check.Code+" "+key.ObjectGVK.Kind+" "+key.Namespace+"/"+key.Name] = true
		}
	}
	list := []string{}
	for code := range codes {
		list = append(list, code)
	}
	sort.Strings(list)
	return list
}

// parityPods returns what a cluster creates for a Deployment: its ReplicaSet and a pod, with the marks of its proxy.
func parityPods(deployment *apps_v1.Deployment, namespace map[string]string) []runtime.Object {
	template := deployment.Spec.Template
	labels := map[string]string{"pod-template-hash": "a"}
	for key, value := range template.Labels {
		labels[key] = value
	}
	annotations := map[string]string{}
	for key, value := range template.Annotations {
		annotations[key] = value
	}
	spec := *template.Spec.DeepCopy()
	asked := namespace["istio-injection"] == "enabled" || namespace["istio.io/rev"] != "" || labels["sidecar.istio.io/inject"] == "true"
	mode := labels["istio.io/dataplane-mode"]
	if mode == "" {
		mode = namespace["istio.io/dataplane-mode"]
	}
	if asked && labels["sidecar.istio.io/inject"] != "false" {
		spec.Containers = append(spec.Containers, core_v1.Container{Name: "istio-proxy", Image: "istio/proxyv2"})
		annotations["sidecar.istio.io/status"] = `{"initContainers":[],"containers":["istio-proxy"]}`
	} else if mode == "ambient" {
		annotations["ambient.istio.io/redirection"] = "enabled"
	}
	controller := true
	owner := func(kind string, name string) []v1.OwnerReference {
		return []v1.OwnerReference{{Kind: kind, Name: name, APIVersion: "apps/v1", Controller: &controller}}
	}
	set := fmt.Sprintf("%s-a", deployment.Name)
	return []runtime.Object{
		&apps_v1.ReplicaSet{
			ObjectMeta: v1.ObjectMeta{Name: set, Namespace: deployment.Namespace, Labels: labels, OwnerReferences: owner("Deployment", deployment.Name)},
			Spec:       apps_v1.ReplicaSetSpec{Selector: deployment.Spec.Selector, Template: template},
		},
		&core_v1.Pod{
			ObjectMeta: v1.ObjectMeta{Name: set + "-b", Namespace: deployment.Namespace, Labels: labels, Annotations: annotations, OwnerReferences: owner("ReplicaSet", set)},
			Spec:       spec,
			Status:     core_v1.PodStatus{Phase: core_v1.PodRunning},
		},
	}
}
