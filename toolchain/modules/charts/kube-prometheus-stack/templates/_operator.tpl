{{/* Name of the Prometheus or Alertmanager object. Takes: root, kind (in lower case). */}}
{{- define "operator.name" -}}
{{- $fullname := include "standIn.fullname" .root | trunc 26 | trimSuffix "-" -}}
{{- .root.Values.cleanPrometheusOperatorObjectNames | ternary $fullname (printf "%s-%s" $fullname .kind) -}}
{{- end -}}

{{/* What the operator's workloads and Services select by. Takes: root, kind (in lower case). */}}
{{- define "operator.labels" -}}
{{- $name := include "operator.name" . -}}
{{- $labels := dict "app.kubernetes.io/name" .kind "app.kubernetes.io/instance" $name "app.kubernetes.io/managed-by" "prometheus-operator" .kind $name -}}
{{- merge $labels (include "operator.selector" . | fromYaml) | toYaml -}}
{{- end -}}

{{/* What the chart's own Services and PodDisruptionBudgets select by. Takes: root, kind (in lower case). */}}
{{- define "operator.selector" -}}
{{- $own := eq .kind "prometheus" | ternary "operator.prometheus.io/name" .kind -}}
{{- dict "app.kubernetes.io/name" .kind $own (include "operator.name" .) | toYaml -}}
{{- end -}}

{{/* First part of the label `app`. Takes the chart's context. */}}
{{- define "operator.app" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* Affinity of the pods. Takes: spec, labels. */}}
{{- define "operator.affinity" -}}
{{- $affinity := deepCopy (default dict .spec.affinity) -}}
{{- $term := dict "topologyKey" .spec.podAntiAffinityTopologyKey "labelSelector" (dict "matchLabels" .labels) -}}
{{- if eq .spec.podAntiAffinity "hard" -}}
{{- $_ := set $affinity "podAntiAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (list $term)) -}}
{{- else if eq .spec.podAntiAffinity "soft" -}}
{{- $_ := set $affinity "podAntiAffinity" (dict "preferredDuringSchedulingIgnoredDuringExecution" (list (dict "weight" 100 "podAffinityTerm" $term))) -}}
{{- end -}}
{{- toYaml $affinity -}}
{{- end -}}

{{/* Image in the registry that the values say. Takes: root, image. */}}
{{- define "operator.image" -}}
{{- $tag := default .root.Chart.AppVersion .image.tag -}}
{{- include "standIn.image" (dict "registry" (default .image.registry .root.Values.global.imageRegistry) "repository" .image.repository "tag" $tag) -}}
{{- end -}}

{{/*
The Services, the Prometheus or Alertmanager object and the StatefulSet that the operator would make of it.
Takes: root, kind (of the object), values (of it), spec (its Spec among the values), storage, object (fields of its
spec that only this kind has), container, podSpec, files (name of the sample's Deployment).
*/}}
{{- define "operator.workload" -}}
{{- $kind := lower .kind }}
{{- $values := .values }}
{{- $spec := .spec }}
{{- $name := include "operator.name" (dict "root" .root "kind" $kind) }}
{{- $fullname := include "standIn.fullname" .root | trunc 26 | trimSuffix "-" }}
{{- $labels := include "operator.labels" (dict "root" .root "kind" $kind) | fromYaml }}
{{- $account := default (printf "%s-%s" $fullname $kind) (dig "serviceAccount" "name" "" $values) }}
{{- $affinity := include "operator.affinity" (dict "spec" $spec "labels" $labels) | fromYaml }}
{{- $image := include "operator.image" (dict "root" .root "image" $spec.image) }}
{{- $selector := include "operator.selector" (dict "root" .root "kind" $kind) | fromYaml }}
{{- $app := printf "%s-%s" (include "operator.app" .root) $kind }}
apiVersion: v1
kind: Service
metadata:
  name: {{ $fullname }}-{{ $kind }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- merge (dict) (default dict $values.service.labels) (dict "app" $app "release" .root.Release.Name) | toYaml | nindent 4 }}
  {{- with $values.service.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: ClusterIP
  selector: {{- $selector | toYaml | nindent 4 }}
  ports:
    - { name: {{ $spec.portName }}, port: {{ $values.service.port }}, targetPort: {{ .port }} }
    {{- with $values.service.reloaderWebPort }}
    - { name: reloader-web, port: {{ . }}, targetPort: reloader-web, appProtocol: http }
    {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $kind }}-operated
  namespace: {{ .root.Release.Namespace }}
  labels:
    operated-{{ $kind }}: "true"
spec:
  clusterIP: None
  selector:
    app.kubernetes.io/name: {{ $kind }}
  ports:
    - { name: {{ $spec.portName }}, port: {{ .port }}, targetPort: {{ $spec.portName }} }
---
{{- $object := dict
  "image" $image
  "replicas" (int $spec.replicas)
  "portName" $spec.portName
  "retention" $spec.retention
  "resources" $spec.resources
  "podMetadata" $spec.podMetadata
  "affinity" $affinity
  "securityContext" $spec.securityContext
  "serviceAccountName" $account }}
{{- range $field := list "nodeSelector" "tolerations" "topologySpreadConstraints" }}
{{- with index $spec $field }}{{ $_ := set $object $field . }}{{ end }}
{{- end }}
{{- with .storage }}{{ $_ := set $object "storage" . }}{{ end }}
apiVersion: monitoring.coreos.com/v1
kind: {{ .kind }}
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    app: {{ $app }}
    release: {{ .root.Release.Name }}
spec: {{- merge $object .object | toYaml | nindent 2 }}
---
{{- $claims := list }}
{{- $volumes := .volumes }}
{{- $data := printf "%s-%s-db" $kind $name }}
{{- with .storage }}
{{- $template := .volumeClaimTemplate }}
{{- $claims = append $claims (dict "metadata" (dict "name" (dig "metadata" "name" $data $template)) "spec" $template.spec) }}
{{- $data = dig "metadata" "name" $data $template }}
{{- else }}
{{- $volumes = append $volumes (dict "name" $data "emptyDir" dict) }}
{{- end }}
{{- $statefulSet := dict "replicas" (int $spec.replicas) "serviceName" (printf "%s-operated" $kind) "podManagementPolicy" "Parallel" }}
{{- with $claims }}{{ $_ := set $statefulSet "volumeClaimTemplates" . }}{{ end }}
{{- $metadata := default dict $spec.podMetadata }}
{{ include "standIn.workload" (dict
  "root" .root
  "file" "Deployment-prometheus"
  "kind" "StatefulSet"
  "name" (printf "%s-%s" $kind $name)
  "labels" $labels
  "spec" $statefulSet
  "podLabels" $metadata.labels
  "podAnnotations" (merge (dict "kubectl.kubernetes.io/default-container" $kind) (default dict $metadata.annotations))
  "podSpec" (dict
    "serviceAccountName" $account
    "securityContext" $spec.securityContext
    "affinity" $affinity
    "nodeSelector" $spec.nodeSelector
    "tolerations" $spec.tolerations
    "topologySpreadConstraints" $spec.topologySpreadConstraints
    "volumes" $volumes)
  "container" (merge (dict
    "name" $kind
    "image" $image
    "resources" $spec.resources
    "ports" (list (dict "name" $spec.portName "containerPort" .port "protocol" "TCP"))
    "securityContext" (dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")))
    "volumeMounts" (append .mounts (dict "name" $data "mountPath" .dataPath))) .container)
  "containers" .containers
  ) }}
{{- if $values.podDisruptionBudget.enabled }}
{{ include "standIn.disruptionBudget" (dict "root" .root "name" (printf "%s-%s" $fullname $kind) "labels" $selector "spec" (omit $values.podDisruptionBudget "enabled")) }}
{{- end }}
{{- end -}}
