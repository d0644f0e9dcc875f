{{/*
What all stand-ins share. The objects in files/ are Istio's; the values say how they differ.
*/}}

{{/* Name of the release's objects, as Helm's own starter chart makes it. */}}
{{- define "standIn.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name -}}
{{- end -}}
{{- end -}}

{{/* Labels that every object gets on top of those that its workload selects by. */}}
{{- define "standIn.labels" -}}
{{- dict "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version)
         "app.kubernetes.io/version" .Chart.AppVersion
         "app.kubernetes.io/managed-by" .Release.Service | toYaml -}}
{{- end -}}

{{/* Image of a container. Takes: registry, repository, tag. */}}
{{- define "standIn.image" -}}
{{- with .registry }}{{ . }}/{{ end }}{{ .repository }}:{{ .tag -}}
{{- end -}}

{{/*
An object of files/, in the release's namespace and under its name.
Takes: root (the chart's context), file, name, labels (those of the workload's selector).
*/}}
{{- define "standIn.object" -}}
{{- $object := .root.Files.Get (printf "files/%s.yaml" .file) | required (printf "files/%s.yaml is missing" .file) | fromYaml -}}
{{- $metadata := dict "name" .name "labels" (merge (deepCopy .labels) (include "standIn.labels" .root | fromYaml)) -}}
{{- if not (hasPrefix "Cluster" $object.kind) -}}
{{- $_ := set $metadata "namespace" .root.Release.Namespace -}}
{{- end -}}
{{- with $object.metadata.annotations -}}
{{- $_ := set $metadata "annotations" . -}}
{{- end -}}
{{- $_ := set $object "metadata" $metadata -}}
{{- toYaml $object -}}
{{- end -}}

{{/*
A ServiceAccount, its ClusterRole, and the binding of the two.
Takes: root, name, labels, account, role, binding (names of files), roleName (default: name), readOnly (whether the role
may change nothing).
*/}}
{{- define "standIn.account" -}}
{{- $roleName := default .name .roleName -}}
{{ include "standIn.object" (merge (dict "file" .account) .) }}
---
{{- $role := include "standIn.object" (merge (dict "file" .role "name" $roleName) .) | fromYaml }}
{{- range $role.rules }}
{{- if and $.readOnly (has "patch" .verbs) }}{{ $_ := set . "verbs" (list "get" "list" "watch") }}{{ end }}
{{- end }}
{{ toYaml $role }}
---
{{- $binding := include "standIn.object" (merge (dict "file" .binding "name" $roleName) .) | fromYaml }}
{{- $_ := set $binding.roleRef "name" $roleName }}
{{- $_ := set $binding "subjects" (list (dict "kind" "ServiceAccount" "name" .name "namespace" .root.Release.Namespace)) }}
{{ toYaml $binding }}
{{- end -}}

{{/*
A workload of files/. Takes what "standIn.object" takes, and:
  kind            what it becomes; default: what it is
  spec            fields of its spec that are replaced
  podLabels       beside those of the selector
  podAnnotations
  podSpec         fields of its pods' spec that are replaced; empty ones are left out
  container       the same for the first container that is not a configuration reloader
  before, containers  further containers, before and after it
*/}}
{{- define "standIn.workload" -}}
{{- $object := include "standIn.object" . | fromYaml -}}
{{- $own := dict -}}
{{- range $object.spec.template.spec.containers -}}
{{- if and (not (contains "reload" .name)) (not $own) -}}
{{- $own = . -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := .container -}}
{{- if $value }}{{ $_ := set $own $key $value }}{{ else }}{{ $_ := unset $own $key }}{{ end -}}
{{- end -}}
{{- $pod := $object.spec.template.spec -}}
{{- range $key, $value := .podSpec -}}
{{- if $value }}{{ $_ := set $pod $key $value }}{{ else }}{{ $_ := unset $pod $key }}{{ end -}}
{{- end -}}
{{- $_ := set $pod "containers" (concat (default list .before) (list $own) (default list .containers)) -}}
{{- $labels := merge (dict) (default dict .podLabels) .labels (include "standIn.labels" .root | fromYaml) -}}
{{- $template := dict "metadata" (dict "labels" $labels "annotations" (default dict .podAnnotations)) "spec" $pod -}}
{{- $spec := dict "selector" (dict "matchLabels" .labels) "template" $template -}}
{{- $_ := set $object "kind" (default $object.kind .kind) -}}
{{- $_ := set $object "spec" (merge $spec .spec) -}}
{{- toYaml $object -}}
{{- end -}}

{{/* A PodDisruptionBudget, if `spec` says anything. Takes: root, name, labels, spec. */}}
{{- define "standIn.disruptionBudget" -}}
{{- if .spec }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- .labels | toYaml | nindent 4 }}
spec:
  selector:
    matchLabels: {{- .labels | toYaml | nindent 6 }}
  {{- .spec | toYaml | nindent 2 }}
{{- end }}
{{- end -}}
