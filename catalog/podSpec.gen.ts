// Generated from Kubernetes' models by catalog/generate.ts.

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#resourceclaim-v1-core */
export interface ResourceClaim {
  readonly name: string;
  readonly request?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#awselasticblockstorevolumesource-v1-core */
export interface AWSElasticBlockStoreVolumeSource {
  readonly fsType?: string;
  readonly partition?: number;
  readonly readOnly?: boolean;
  readonly volumeID: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#affinity-v1-core */
export interface Affinity {
  readonly nodeAffinity?: NodeAffinity;
  readonly podAffinity?: PodAffinity;
  readonly podAntiAffinity?: PodAntiAffinity;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#apparmorprofile-v1-core */
export interface AppArmorProfile {
  readonly localhostProfile?: string;
  readonly type: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#azurediskvolumesource-v1-core */
export interface AzureDiskVolumeSource {
  readonly cachingMode?: string;
  readonly diskName: string;
  readonly diskURI: string;
  readonly fsType?: string;
  readonly kind?: string;
  readonly readOnly?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#azurefilevolumesource-v1-core */
export interface AzureFileVolumeSource {
  readonly readOnly?: boolean;
  readonly secretName: string;
  readonly shareName: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#csivolumesource-v1-core */
export interface CSIVolumeSource {
  readonly driver: string;
  readonly fsType?: string;
  readonly nodePublishSecretRef?: LocalObjectReference;
  readonly readOnly?: boolean;
  readonly volumeAttributes?: Readonly<Record<string, string>>;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#capabilities-v1-core */
export interface Capabilities {
  readonly add?: readonly string[];
  readonly drop?: readonly string[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#cephfsvolumesource-v1-core */
export interface CephFSVolumeSource {
  readonly monitors: readonly string[];
  readonly path?: string;
  readonly readOnly?: boolean;
  readonly secretFile?: string;
  readonly secretRef?: LocalObjectReference;
  readonly user?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#cindervolumesource-v1-core */
export interface CinderVolumeSource {
  readonly fsType?: string;
  readonly readOnly?: boolean;
  readonly secretRef?: LocalObjectReference;
  readonly volumeID: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#clustertrustbundleprojection-v1-core */
export interface ClusterTrustBundleProjection {
  readonly labelSelector?: LabelSelector;
  readonly name?: string;
  readonly optional?: boolean;
  readonly path: string;
  readonly signerName?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#configmapenvsource-v1-core */
export interface ConfigMapEnvSource {
  readonly name?: string;
  readonly optional?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#configmapkeyselector-v1-core */
export interface ConfigMapKeySelector {
  readonly key: string;
  readonly name?: string;
  readonly optional?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#configmapprojection-v1-core */
export interface ConfigMapProjection {
  readonly items?: readonly KeyToPath[];
  readonly name?: string;
  readonly optional?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#configmapvolumesource-v1-core */
export interface ConfigMapVolumeSource {
  readonly defaultMode?: number;
  readonly items?: readonly KeyToPath[];
  readonly name?: string;
  readonly optional?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#container-v1-core */
export interface Container {
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFromSource[];
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly lifecycle?: Lifecycle;
  readonly livenessProbe?: Probe;
  readonly name: string;
  readonly ports?: readonly ContainerPort[];
  readonly readinessProbe?: Probe;
  readonly resizePolicy?: readonly ContainerResizePolicy[];
  readonly resources?: ResourceRequirements;
  readonly restartPolicy?: string;
  readonly restartPolicyRules?: readonly ContainerRestartRule[];
  readonly securityContext?: SecurityContext;
  readonly startupProbe?: Probe;
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly terminationMessagePath?: string;
  readonly terminationMessagePolicy?: string;
  readonly tty?: boolean;
  readonly volumeDevices?: readonly VolumeDevice[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly workingDir?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#containerport-v1-core */
export interface ContainerPort {
  readonly containerPort: number;
  readonly hostIP?: string;
  readonly hostPort?: number;
  readonly name?: string;
  readonly protocol?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#containerresizepolicy-v1-core */
export interface ContainerResizePolicy {
  readonly resourceName: string;
  readonly restartPolicy: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#containerrestartrule-v1-core */
export interface ContainerRestartRule {
  readonly action: string;
  readonly exitCodes?: ContainerRestartRuleOnExitCodes;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#containerrestartruleonexitcodes-v1-core */
export interface ContainerRestartRuleOnExitCodes {
  readonly operator: string;
  readonly values?: readonly number[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#downwardapiprojection-v1-core */
export interface DownwardAPIProjection {
  readonly items?: readonly DownwardAPIVolumeFile[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#downwardapivolumefile-v1-core */
export interface DownwardAPIVolumeFile {
  readonly fieldRef?: ObjectFieldSelector;
  readonly mode?: number;
  readonly path: string;
  readonly resourceFieldRef?: ResourceFieldSelector;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#downwardapivolumesource-v1-core */
export interface DownwardAPIVolumeSource {
  readonly defaultMode?: number;
  readonly items?: readonly DownwardAPIVolumeFile[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#emptydirvolumesource-v1-core */
export interface EmptyDirVolumeSource {
  readonly medium?: string;
  readonly sizeLimit?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#envfromsource-v1-core */
export interface EnvFromSource {
  readonly configMapRef?: ConfigMapEnvSource;
  readonly prefix?: string;
  readonly secretRef?: SecretEnvSource;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#envvar-v1-core */
export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: EnvVarSource;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#envvarsource-v1-core */
export interface EnvVarSource {
  readonly configMapKeyRef?: ConfigMapKeySelector;
  readonly fieldRef?: ObjectFieldSelector;
  readonly fileKeyRef?: FileKeySelector;
  readonly resourceFieldRef?: ResourceFieldSelector;
  readonly secretKeyRef?: SecretKeySelector;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#ephemeralcontainer-v1-core */
export interface EphemeralContainer {
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFromSource[];
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly lifecycle?: Lifecycle;
  readonly livenessProbe?: Probe;
  readonly name: string;
  readonly ports?: readonly ContainerPort[];
  readonly readinessProbe?: Probe;
  readonly resizePolicy?: readonly ContainerResizePolicy[];
  readonly resources?: ResourceRequirements;
  readonly restartPolicy?: string;
  readonly restartPolicyRules?: readonly ContainerRestartRule[];
  readonly securityContext?: SecurityContext;
  readonly startupProbe?: Probe;
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly targetContainerName?: string;
  readonly terminationMessagePath?: string;
  readonly terminationMessagePolicy?: string;
  readonly tty?: boolean;
  readonly volumeDevices?: readonly VolumeDevice[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly workingDir?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#ephemeralvolumesource-v1-core */
export interface EphemeralVolumeSource {
  readonly volumeClaimTemplate?: PersistentVolumeClaimTemplate;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#execaction-v1-core */
export interface ExecAction {
  readonly command?: readonly string[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#fcvolumesource-v1-core */
export interface FCVolumeSource {
  readonly fsType?: string;
  readonly lun?: number;
  readonly readOnly?: boolean;
  readonly targetWWNs?: readonly string[];
  readonly wwids?: readonly string[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#filekeyselector-v1-core */
export interface FileKeySelector {
  readonly key: string;
  readonly optional?: boolean;
  readonly path: string;
  readonly volumeName: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#flexvolumesource-v1-core */
export interface FlexVolumeSource {
  readonly driver: string;
  readonly fsType?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly readOnly?: boolean;
  readonly secretRef?: LocalObjectReference;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#flockervolumesource-v1-core */
export interface FlockerVolumeSource {
  readonly datasetName?: string;
  readonly datasetUUID?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#gcepersistentdiskvolumesource-v1-core */
export interface GCEPersistentDiskVolumeSource {
  readonly fsType?: string;
  readonly partition?: number;
  readonly pdName: string;
  readonly readOnly?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#grpcaction-v1-core */
export interface GRPCAction {
  readonly port: number;
  readonly service?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#gitrepovolumesource-v1-core */
export interface GitRepoVolumeSource {
  readonly directory?: string;
  readonly repository: string;
  readonly revision?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#glusterfsvolumesource-v1-core */
export interface GlusterfsVolumeSource {
  readonly endpoints: string;
  readonly path: string;
  readonly readOnly?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#httpgetaction-v1-core */
export interface HTTPGetAction {
  readonly host?: string;
  readonly httpHeaders?: readonly HTTPHeader[];
  readonly path?: string;
  readonly port: number | string;
  readonly scheme?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#httpheader-v1-core */
export interface HTTPHeader {
  readonly name: string;
  readonly value: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#hostalias-v1-core */
export interface HostAlias {
  readonly hostnames?: readonly string[];
  readonly ip: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#hostpathvolumesource-v1-core */
export interface HostPathVolumeSource {
  readonly path: string;
  readonly type?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#iscsivolumesource-v1-core */
export interface ISCSIVolumeSource {
  readonly chapAuthDiscovery?: boolean;
  readonly chapAuthSession?: boolean;
  readonly fsType?: string;
  readonly initiatorName?: string;
  readonly iqn: string;
  readonly iscsiInterface?: string;
  readonly lun: number;
  readonly portals?: readonly string[];
  readonly readOnly?: boolean;
  readonly secretRef?: LocalObjectReference;
  readonly targetPortal: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#imagevolumesource-v1-core */
export interface ImageVolumeSource {
  readonly pullPolicy?: string;
  readonly reference?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#keytopath-v1-core */
export interface KeyToPath {
  readonly key: string;
  readonly mode?: number;
  readonly path: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#labelselector-v1-core */
export interface LabelSelector {
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#labelselectorrequirement-v1-core */
export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#lifecycle-v1-core */
export interface Lifecycle {
  readonly postStart?: LifecycleHandler;
  readonly preStop?: LifecycleHandler;
  readonly stopSignal?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#lifecyclehandler-v1-core */
export interface LifecycleHandler {
  readonly exec?: ExecAction;
  readonly httpGet?: HTTPGetAction;
  readonly sleep?: SleepAction;
  readonly tcpSocket?: TCPSocketAction;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#localobjectreference-v1-core */
export interface LocalObjectReference {
  readonly name?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#managedfieldsentry-v1-core */
export interface ManagedFieldsEntry {
  readonly apiVersion?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: unknown;
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#nfsvolumesource-v1-core */
export interface NFSVolumeSource {
  readonly path: string;
  readonly readOnly?: boolean;
  readonly server: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#nodeaffinity-v1-core */
export interface NodeAffinity {
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly PreferredSchedulingTerm[];
  readonly requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#nodeselector-v1-core */
export interface NodeSelector {
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#nodeselectorrequirement-v1-core */
export interface NodeSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#nodeselectorterm-v1-core */
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeSelectorRequirement[];
  readonly matchFields?: readonly NodeSelectorRequirement[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#objectfieldselector-v1-core */
export interface ObjectFieldSelector {
  readonly apiVersion?: string;
  readonly fieldPath: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#objectmeta-v1-core */
export interface ObjectMeta {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly generateName?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly name?: string;
  readonly namespace?: string;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly resourceVersion?: string;
  readonly selfLink?: string;
  readonly uid?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#ownerreference-v1-core */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly blockOwnerDeletion?: boolean;
  readonly controller?: boolean;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#persistentvolumeclaimspec-v1-core */
export interface PersistentVolumeClaimSpec {
  readonly accessModes?: readonly string[];
  readonly dataSource?: TypedLocalObjectReference;
  readonly dataSourceRef?: TypedObjectReference;
  readonly resources?: VolumeResourceRequirements;
  readonly selector?: LabelSelector;
  readonly storageClassName?: string;
  readonly volumeAttributesClassName?: string;
  readonly volumeMode?: string;
  readonly volumeName?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#persistentvolumeclaimtemplate-v1-core */
export interface PersistentVolumeClaimTemplate {
  readonly metadata?: ObjectMeta;
  readonly spec: PersistentVolumeClaimSpec;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#persistentvolumeclaimvolumesource-v1-core */
export interface PersistentVolumeClaimVolumeSource {
  readonly claimName: string;
  readonly readOnly?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#photonpersistentdiskvolumesource-v1-core */
export interface PhotonPersistentDiskVolumeSource {
  readonly fsType?: string;
  readonly pdID: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podaffinity-v1-core */
export interface PodAffinity {
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly WeightedPodAffinityTerm[];
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podaffinityterm-v1-core */
export interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
  readonly namespaceSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly topologyKey: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podantiaffinity-v1-core */
export interface PodAntiAffinity {
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly WeightedPodAffinityTerm[];
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podcertificateprojection-v1-core */
export interface PodCertificateProjection {
  readonly certificateChainPath?: string;
  readonly credentialBundlePath?: string;
  readonly keyPath?: string;
  readonly keyType: string;
  readonly maxExpirationSeconds?: number;
  readonly signerName: string;
  readonly userAnnotations?: Readonly<Record<string, string>>;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#poddnsconfig-v1-core */
export interface PodDNSConfig {
  readonly nameservers?: readonly string[];
  readonly options?: readonly PodDNSConfigOption[];
  readonly searches?: readonly string[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#poddnsconfigoption-v1-core */
export interface PodDNSConfigOption {
  readonly name?: string;
  readonly value?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podos-v1-core */
export interface PodOS {
  readonly name: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podreadinessgate-v1-core */
export interface PodReadinessGate {
  readonly conditionType: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podresourceclaim-v1-core */
export interface PodResourceClaim {
  readonly name: string;
  readonly resourceClaimName?: string;
  readonly resourceClaimTemplateName?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podschedulinggate-v1-core */
export interface PodSchedulingGate {
  readonly name: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podschedulinggroup-v1-core */
export interface PodSchedulingGroup {
  readonly podGroupName?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podsecuritycontext-v1-core */
export interface PodSecurityContext {
  readonly appArmorProfile?: AppArmorProfile;
  readonly fsGroup?: number;
  readonly fsGroupChangePolicy?: string;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seLinuxChangePolicy?: string;
  readonly seLinuxOptions?: SELinuxOptions;
  readonly seccompProfile?: SeccompProfile;
  readonly supplementalGroups?: readonly number[];
  readonly supplementalGroupsPolicy?: string;
  readonly sysctls?: readonly Sysctl[];
  readonly windowsOptions?: WindowsSecurityContextOptions;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podspec-v1-core */
export interface PodSpec {
  readonly activeDeadlineSeconds?: number;
  readonly affinity?: Affinity;
  readonly automountServiceAccountToken?: boolean;
  readonly containers?: readonly Container[];
  readonly dnsConfig?: PodDNSConfig;
  readonly dnsPolicy?: string;
  readonly enableServiceLinks?: boolean;
  readonly ephemeralContainers?: readonly EphemeralContainer[];
  readonly hostAliases?: readonly HostAlias[];
  readonly hostIPC?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostUsers?: boolean;
  readonly hostname?: string;
  readonly hostnameOverride?: string;
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  readonly initContainers?: readonly Container[];
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly os?: PodOS;
  readonly overhead?: Readonly<Record<string, string>>;
  readonly preemptionPolicy?: string;
  readonly priority?: number;
  readonly priorityClassName?: string;
  readonly readinessGates?: readonly PodReadinessGate[];
  readonly resourceClaims?: readonly PodResourceClaim[];
  readonly resources?: ResourceRequirements;
  readonly restartPolicy?: string;
  readonly runtimeClassName?: string;
  readonly schedulerName?: string;
  readonly schedulingGates?: readonly PodSchedulingGate[];
  readonly schedulingGroup?: PodSchedulingGroup;
  readonly securityContext?: PodSecurityContext;
  readonly serviceAccount?: string;
  readonly serviceAccountName?: string;
  readonly setHostnameAsFQDN?: boolean;
  readonly shareProcessNamespace?: boolean;
  readonly subdomain?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly tolerations?: readonly Toleration[];
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  readonly volumes?: readonly Volume[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#portworxvolumesource-v1-core */
export interface PortworxVolumeSource {
  readonly fsType?: string;
  readonly readOnly?: boolean;
  readonly volumeID: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#preferredschedulingterm-v1-core */
export interface PreferredSchedulingTerm {
  readonly preference: NodeSelectorTerm;
  readonly weight: number;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#probe-v1-core */
export interface Probe {
  readonly exec?: ExecAction;
  readonly failureThreshold?: number;
  readonly grpc?: GRPCAction;
  readonly httpGet?: HTTPGetAction;
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly tcpSocket?: TCPSocketAction;
  readonly terminationGracePeriodSeconds?: number;
  readonly timeoutSeconds?: number;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#projectedvolumesource-v1-core */
export interface ProjectedVolumeSource {
  readonly defaultMode?: number;
  readonly sources?: readonly VolumeProjection[];
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#quobytevolumesource-v1-core */
export interface QuobyteVolumeSource {
  readonly group?: string;
  readonly readOnly?: boolean;
  readonly registry: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly volume: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#rbdvolumesource-v1-core */
export interface RBDVolumeSource {
  readonly fsType?: string;
  readonly image: string;
  readonly keyring?: string;
  readonly monitors: readonly string[];
  readonly pool?: string;
  readonly readOnly?: boolean;
  readonly secretRef?: LocalObjectReference;
  readonly user?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#resourcefieldselector-v1-core */
export interface ResourceFieldSelector {
  readonly containerName?: string;
  readonly divisor?: string;
  readonly resource: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#resourcerequirements-v1-core */
export interface ResourceRequirements {
  readonly claims?: readonly ResourceClaim[];
  readonly limits?: Readonly<Record<string, string>>;
  readonly requests?: Readonly<Record<string, string>>;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#selinuxoptions-v1-core */
export interface SELinuxOptions {
  readonly level?: string;
  readonly role?: string;
  readonly type?: string;
  readonly user?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#scaleiovolumesource-v1-core */
export interface ScaleIOVolumeSource {
  readonly fsType?: string;
  readonly gateway: string;
  readonly protectionDomain?: string;
  readonly readOnly?: boolean;
  readonly secretRef: LocalObjectReference;
  readonly sslEnabled?: boolean;
  readonly storageMode?: string;
  readonly storagePool?: string;
  readonly system: string;
  readonly volumeName?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#seccompprofile-v1-core */
export interface SeccompProfile {
  readonly localhostProfile?: string;
  readonly type: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#secretenvsource-v1-core */
export interface SecretEnvSource {
  readonly name?: string;
  readonly optional?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#secretkeyselector-v1-core */
export interface SecretKeySelector {
  readonly key: string;
  readonly name?: string;
  readonly optional?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#secretprojection-v1-core */
export interface SecretProjection {
  readonly items?: readonly KeyToPath[];
  readonly name?: string;
  readonly optional?: boolean;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#secretvolumesource-v1-core */
export interface SecretVolumeSource {
  readonly defaultMode?: number;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly secretName?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#securitycontext-v1-core */
export interface SecurityContext {
  readonly allowPrivilegeEscalation?: boolean;
  readonly appArmorProfile?: AppArmorProfile;
  readonly capabilities?: Capabilities;
  readonly privileged?: boolean;
  readonly procMount?: string;
  readonly readOnlyRootFilesystem?: boolean;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seLinuxOptions?: SELinuxOptions;
  readonly seccompProfile?: SeccompProfile;
  readonly windowsOptions?: WindowsSecurityContextOptions;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#serviceaccounttokenprojection-v1-core */
export interface ServiceAccountTokenProjection {
  readonly audience?: string;
  readonly expirationSeconds?: number;
  readonly path: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#sleepaction-v1-core */
export interface SleepAction {
  readonly seconds: number;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#storageosvolumesource-v1-core */
export interface StorageOSVolumeSource {
  readonly fsType?: string;
  readonly readOnly?: boolean;
  readonly secretRef?: LocalObjectReference;
  readonly volumeName?: string;
  readonly volumeNamespace?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#sysctl-v1-core */
export interface Sysctl {
  readonly name: string;
  readonly value: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#tcpsocketaction-v1-core */
export interface TCPSocketAction {
  readonly host?: string;
  readonly port: number | string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#toleration-v1-core */
export interface Toleration {
  readonly effect?: string;
  readonly key?: string;
  readonly operator?: string;
  readonly tolerationSeconds?: number;
  readonly value?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#topologyspreadconstraint-v1-core */
export interface TopologySpreadConstraint {
  readonly labelSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly maxSkew: number;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#typedlocalobjectreference-v1-core */
export interface TypedLocalObjectReference {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#typedobjectreference-v1-core */
export interface TypedObjectReference {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#volume-v1-core */
export interface Volume {
  readonly awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource;
  readonly azureDisk?: AzureDiskVolumeSource;
  readonly azureFile?: AzureFileVolumeSource;
  readonly cephfs?: CephFSVolumeSource;
  readonly cinder?: CinderVolumeSource;
  readonly configMap?: ConfigMapVolumeSource;
  readonly csi?: CSIVolumeSource;
  readonly downwardAPI?: DownwardAPIVolumeSource;
  readonly emptyDir?: EmptyDirVolumeSource;
  readonly ephemeral?: EphemeralVolumeSource;
  readonly fc?: FCVolumeSource;
  readonly flexVolume?: FlexVolumeSource;
  readonly flocker?: FlockerVolumeSource;
  readonly gcePersistentDisk?: GCEPersistentDiskVolumeSource;
  readonly gitRepo?: GitRepoVolumeSource;
  readonly glusterfs?: GlusterfsVolumeSource;
  readonly hostPath?: HostPathVolumeSource;
  readonly image?: ImageVolumeSource;
  readonly iscsi?: ISCSIVolumeSource;
  readonly name: string;
  readonly nfs?: NFSVolumeSource;
  readonly persistentVolumeClaim?: PersistentVolumeClaimVolumeSource;
  readonly photonPersistentDisk?: PhotonPersistentDiskVolumeSource;
  readonly portworxVolume?: PortworxVolumeSource;
  readonly projected?: ProjectedVolumeSource;
  readonly quobyte?: QuobyteVolumeSource;
  readonly rbd?: RBDVolumeSource;
  readonly scaleIO?: ScaleIOVolumeSource;
  readonly secret?: SecretVolumeSource;
  readonly storageos?: StorageOSVolumeSource;
  readonly vsphereVolume?: VsphereVirtualDiskVolumeSource;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#volumedevice-v1-core */
export interface VolumeDevice {
  readonly devicePath: string;
  readonly name: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#volumemount-v1-core */
export interface VolumeMount {
  readonly mountPath: string;
  readonly mountPropagation?: string;
  readonly name: string;
  readonly readOnly?: boolean;
  readonly recursiveReadOnly?: string;
  readonly subPath?: string;
  readonly subPathExpr?: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#volumeprojection-v1-core */
export interface VolumeProjection {
  readonly clusterTrustBundle?: ClusterTrustBundleProjection;
  readonly configMap?: ConfigMapProjection;
  readonly downwardAPI?: DownwardAPIProjection;
  readonly podCertificate?: PodCertificateProjection;
  readonly secret?: SecretProjection;
  readonly serviceAccountToken?: ServiceAccountTokenProjection;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#volumeresourcerequirements-v1-core */
export interface VolumeResourceRequirements {
  readonly limits?: Readonly<Record<string, string>>;
  readonly requests?: Readonly<Record<string, string>>;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#vspherevirtualdiskvolumesource-v1-core */
export interface VsphereVirtualDiskVolumeSource {
  readonly fsType?: string;
  readonly storagePolicyID?: string;
  readonly storagePolicyName?: string;
  readonly volumePath: string;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#weightedpodaffinityterm-v1-core */
export interface WeightedPodAffinityTerm {
  readonly podAffinityTerm: PodAffinityTerm;
  readonly weight: number;
}

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#windowssecuritycontextoptions-v1-core */
export interface WindowsSecurityContextOptions {
  readonly gmsaCredentialSpec?: string;
  readonly gmsaCredentialSpecName?: string;
  readonly hostProcess?: boolean;
  readonly runAsUserName?: string;
}

/** The fields of each type, with their types; a question mark: optional. */
export const podFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ResourceClaim: { "name": "string", "request": "string?" },
  AWSElasticBlockStoreVolumeSource: { "fsType": "string?", "partition": "number?", "readOnly": "boolean?", "volumeID": "string" },
  Affinity: { "nodeAffinity": "NodeAffinity?", "podAffinity": "PodAffinity?", "podAntiAffinity": "PodAntiAffinity?" },
  AppArmorProfile: { "localhostProfile": "string?", "type": "string" },
  AzureDiskVolumeSource: { "cachingMode": "string?", "diskName": "string", "diskURI": "string", "fsType": "string?", "kind": "string?", "readOnly": "boolean?" },
  AzureFileVolumeSource: { "readOnly": "boolean?", "secretName": "string", "shareName": "string" },
  CSIVolumeSource: { "driver": "string", "fsType": "string?", "nodePublishSecretRef": "LocalObjectReference?", "readOnly": "boolean?", "volumeAttributes": "Readonly<Record<string, string>>?" },
  Capabilities: { "add": "string[]?", "drop": "string[]?" },
  CephFSVolumeSource: { "monitors": "string[]", "path": "string?", "readOnly": "boolean?", "secretFile": "string?", "secretRef": "LocalObjectReference?", "user": "string?" },
  CinderVolumeSource: { "fsType": "string?", "readOnly": "boolean?", "secretRef": "LocalObjectReference?", "volumeID": "string" },
  ClusterTrustBundleProjection: { "labelSelector": "LabelSelector?", "name": "string?", "optional": "boolean?", "path": "string", "signerName": "string?" },
  ConfigMapEnvSource: { "name": "string?", "optional": "boolean?" },
  ConfigMapKeySelector: { "key": "string", "name": "string?", "optional": "boolean?" },
  ConfigMapProjection: { "items": "KeyToPath[]?", "name": "string?", "optional": "boolean?" },
  ConfigMapVolumeSource: { "defaultMode": "number?", "items": "KeyToPath[]?", "name": "string?", "optional": "boolean?" },
  Container: { "args": "string[]?", "command": "string[]?", "env": "EnvVar[]?", "envFrom": "EnvFromSource[]?", "image": "string?", "imagePullPolicy": "string?", "lifecycle": "Lifecycle?", "livenessProbe": "Probe?", "name": "string", "ports": "ContainerPort[]?", "readinessProbe": "Probe?", "resizePolicy": "ContainerResizePolicy[]?", "resources": "ResourceRequirements?", "restartPolicy": "string?", "restartPolicyRules": "ContainerRestartRule[]?", "securityContext": "SecurityContext?", "startupProbe": "Probe?", "stdin": "boolean?", "stdinOnce": "boolean?", "terminationMessagePath": "string?", "terminationMessagePolicy": "string?", "tty": "boolean?", "volumeDevices": "VolumeDevice[]?", "volumeMounts": "VolumeMount[]?", "workingDir": "string?" },
  ContainerPort: { "containerPort": "number", "hostIP": "string?", "hostPort": "number?", "name": "string?", "protocol": "string?" },
  ContainerResizePolicy: { "resourceName": "string", "restartPolicy": "string" },
  ContainerRestartRule: { "action": "string", "exitCodes": "ContainerRestartRuleOnExitCodes?" },
  ContainerRestartRuleOnExitCodes: { "operator": "string", "values": "number[]?" },
  DownwardAPIProjection: { "items": "DownwardAPIVolumeFile[]?" },
  DownwardAPIVolumeFile: { "fieldRef": "ObjectFieldSelector?", "mode": "number?", "path": "string", "resourceFieldRef": "ResourceFieldSelector?" },
  DownwardAPIVolumeSource: { "defaultMode": "number?", "items": "DownwardAPIVolumeFile[]?" },
  EmptyDirVolumeSource: { "medium": "string?", "sizeLimit": "string?" },
  EnvFromSource: { "configMapRef": "ConfigMapEnvSource?", "prefix": "string?", "secretRef": "SecretEnvSource?" },
  EnvVar: { "name": "string", "value": "string?", "valueFrom": "EnvVarSource?" },
  EnvVarSource: { "configMapKeyRef": "ConfigMapKeySelector?", "fieldRef": "ObjectFieldSelector?", "fileKeyRef": "FileKeySelector?", "resourceFieldRef": "ResourceFieldSelector?", "secretKeyRef": "SecretKeySelector?" },
  EphemeralContainer: { "args": "string[]?", "command": "string[]?", "env": "EnvVar[]?", "envFrom": "EnvFromSource[]?", "image": "string?", "imagePullPolicy": "string?", "lifecycle": "Lifecycle?", "livenessProbe": "Probe?", "name": "string", "ports": "ContainerPort[]?", "readinessProbe": "Probe?", "resizePolicy": "ContainerResizePolicy[]?", "resources": "ResourceRequirements?", "restartPolicy": "string?", "restartPolicyRules": "ContainerRestartRule[]?", "securityContext": "SecurityContext?", "startupProbe": "Probe?", "stdin": "boolean?", "stdinOnce": "boolean?", "targetContainerName": "string?", "terminationMessagePath": "string?", "terminationMessagePolicy": "string?", "tty": "boolean?", "volumeDevices": "VolumeDevice[]?", "volumeMounts": "VolumeMount[]?", "workingDir": "string?" },
  EphemeralVolumeSource: { "volumeClaimTemplate": "PersistentVolumeClaimTemplate?" },
  ExecAction: { "command": "string[]?" },
  FCVolumeSource: { "fsType": "string?", "lun": "number?", "readOnly": "boolean?", "targetWWNs": "string[]?", "wwids": "string[]?" },
  FileKeySelector: { "key": "string", "optional": "boolean?", "path": "string", "volumeName": "string" },
  FlexVolumeSource: { "driver": "string", "fsType": "string?", "options": "Readonly<Record<string, string>>?", "readOnly": "boolean?", "secretRef": "LocalObjectReference?" },
  FlockerVolumeSource: { "datasetName": "string?", "datasetUUID": "string?" },
  GCEPersistentDiskVolumeSource: { "fsType": "string?", "partition": "number?", "pdName": "string", "readOnly": "boolean?" },
  GRPCAction: { "port": "number", "service": "string?" },
  GitRepoVolumeSource: { "directory": "string?", "repository": "string", "revision": "string?" },
  GlusterfsVolumeSource: { "endpoints": "string", "path": "string", "readOnly": "boolean?" },
  HTTPGetAction: { "host": "string?", "httpHeaders": "HTTPHeader[]?", "path": "string?", "port": "number | string", "scheme": "string?" },
  HTTPHeader: { "name": "string", "value": "string" },
  HostAlias: { "hostnames": "string[]?", "ip": "string" },
  HostPathVolumeSource: { "path": "string", "type": "string?" },
  ISCSIVolumeSource: { "chapAuthDiscovery": "boolean?", "chapAuthSession": "boolean?", "fsType": "string?", "initiatorName": "string?", "iqn": "string", "iscsiInterface": "string?", "lun": "number", "portals": "string[]?", "readOnly": "boolean?", "secretRef": "LocalObjectReference?", "targetPortal": "string" },
  ImageVolumeSource: { "pullPolicy": "string?", "reference": "string?" },
  KeyToPath: { "key": "string", "mode": "number?", "path": "string" },
  LabelSelector: { "matchExpressions": "LabelSelectorRequirement[]?", "matchLabels": "Readonly<Record<string, string>>?" },
  LabelSelectorRequirement: { "key": "string", "operator": "string", "values": "string[]?" },
  Lifecycle: { "postStart": "LifecycleHandler?", "preStop": "LifecycleHandler?", "stopSignal": "string?" },
  LifecycleHandler: { "exec": "ExecAction?", "httpGet": "HTTPGetAction?", "sleep": "SleepAction?", "tcpSocket": "TCPSocketAction?" },
  LocalObjectReference: { "name": "string?" },
  ManagedFieldsEntry: { "apiVersion": "string?", "fieldsType": "string?", "fieldsV1": "unknown?", "manager": "string?", "operation": "string?", "subresource": "string?", "time": "string?" },
  NFSVolumeSource: { "path": "string", "readOnly": "boolean?", "server": "string" },
  NodeAffinity: { "preferredDuringSchedulingIgnoredDuringExecution": "PreferredSchedulingTerm[]?", "requiredDuringSchedulingIgnoredDuringExecution": "NodeSelector?" },
  NodeSelector: { "nodeSelectorTerms": "NodeSelectorTerm[]" },
  NodeSelectorRequirement: { "key": "string", "operator": "string", "values": "string[]?" },
  NodeSelectorTerm: { "matchExpressions": "NodeSelectorRequirement[]?", "matchFields": "NodeSelectorRequirement[]?" },
  ObjectFieldSelector: { "apiVersion": "string?", "fieldPath": "string" },
  ObjectMeta: { "annotations": "Readonly<Record<string, string>>?", "creationTimestamp": "string?", "deletionGracePeriodSeconds": "number?", "deletionTimestamp": "string?", "finalizers": "string[]?", "generateName": "string?", "generation": "number?", "labels": "Readonly<Record<string, string>>?", "managedFields": "ManagedFieldsEntry[]?", "name": "string?", "namespace": "string?", "ownerReferences": "OwnerReference[]?", "resourceVersion": "string?", "selfLink": "string?", "uid": "string?" },
  OwnerReference: { "apiVersion": "string", "blockOwnerDeletion": "boolean?", "controller": "boolean?", "kind": "string", "name": "string", "uid": "string" },
  PersistentVolumeClaimSpec: { "accessModes": "string[]?", "dataSource": "TypedLocalObjectReference?", "dataSourceRef": "TypedObjectReference?", "resources": "VolumeResourceRequirements?", "selector": "LabelSelector?", "storageClassName": "string?", "volumeAttributesClassName": "string?", "volumeMode": "string?", "volumeName": "string?" },
  PersistentVolumeClaimTemplate: { "metadata": "ObjectMeta?", "spec": "PersistentVolumeClaimSpec" },
  PersistentVolumeClaimVolumeSource: { "claimName": "string", "readOnly": "boolean?" },
  PhotonPersistentDiskVolumeSource: { "fsType": "string?", "pdID": "string" },
  PodAffinity: { "preferredDuringSchedulingIgnoredDuringExecution": "WeightedPodAffinityTerm[]?", "requiredDuringSchedulingIgnoredDuringExecution": "PodAffinityTerm[]?" },
  PodAffinityTerm: { "labelSelector": "LabelSelector?", "matchLabelKeys": "string[]?", "mismatchLabelKeys": "string[]?", "namespaceSelector": "LabelSelector?", "namespaces": "string[]?", "topologyKey": "string" },
  PodAntiAffinity: { "preferredDuringSchedulingIgnoredDuringExecution": "WeightedPodAffinityTerm[]?", "requiredDuringSchedulingIgnoredDuringExecution": "PodAffinityTerm[]?" },
  PodCertificateProjection: { "certificateChainPath": "string?", "credentialBundlePath": "string?", "keyPath": "string?", "keyType": "string", "maxExpirationSeconds": "number?", "signerName": "string", "userAnnotations": "Readonly<Record<string, string>>?" },
  PodDNSConfig: { "nameservers": "string[]?", "options": "PodDNSConfigOption[]?", "searches": "string[]?" },
  PodDNSConfigOption: { "name": "string?", "value": "string?" },
  PodOS: { "name": "string" },
  PodReadinessGate: { "conditionType": "string" },
  PodResourceClaim: { "name": "string", "resourceClaimName": "string?", "resourceClaimTemplateName": "string?" },
  PodSchedulingGate: { "name": "string" },
  PodSchedulingGroup: { "podGroupName": "string?" },
  PodSecurityContext: { "appArmorProfile": "AppArmorProfile?", "fsGroup": "number?", "fsGroupChangePolicy": "string?", "runAsGroup": "number?", "runAsNonRoot": "boolean?", "runAsUser": "number?", "seLinuxChangePolicy": "string?", "seLinuxOptions": "SELinuxOptions?", "seccompProfile": "SeccompProfile?", "supplementalGroups": "number[]?", "supplementalGroupsPolicy": "string?", "sysctls": "Sysctl[]?", "windowsOptions": "WindowsSecurityContextOptions?" },
  PodSpec: { "activeDeadlineSeconds": "number?", "affinity": "Affinity?", "automountServiceAccountToken": "boolean?", "containers": "Container[]?", "dnsConfig": "PodDNSConfig?", "dnsPolicy": "string?", "enableServiceLinks": "boolean?", "ephemeralContainers": "EphemeralContainer[]?", "hostAliases": "HostAlias[]?", "hostIPC": "boolean?", "hostNetwork": "boolean?", "hostPID": "boolean?", "hostUsers": "boolean?", "hostname": "string?", "hostnameOverride": "string?", "imagePullSecrets": "LocalObjectReference[]?", "initContainers": "Container[]?", "nodeName": "string?", "nodeSelector": "Readonly<Record<string, string>>?", "os": "PodOS?", "overhead": "Readonly<Record<string, string>>?", "preemptionPolicy": "string?", "priority": "number?", "priorityClassName": "string?", "readinessGates": "PodReadinessGate[]?", "resourceClaims": "PodResourceClaim[]?", "resources": "ResourceRequirements?", "restartPolicy": "string?", "runtimeClassName": "string?", "schedulerName": "string?", "schedulingGates": "PodSchedulingGate[]?", "schedulingGroup": "PodSchedulingGroup?", "securityContext": "PodSecurityContext?", "serviceAccount": "string?", "serviceAccountName": "string?", "setHostnameAsFQDN": "boolean?", "shareProcessNamespace": "boolean?", "subdomain": "string?", "terminationGracePeriodSeconds": "number?", "tolerations": "Toleration[]?", "topologySpreadConstraints": "TopologySpreadConstraint[]?", "volumes": "Volume[]?" },
  PortworxVolumeSource: { "fsType": "string?", "readOnly": "boolean?", "volumeID": "string" },
  PreferredSchedulingTerm: { "preference": "NodeSelectorTerm", "weight": "number" },
  Probe: { "exec": "ExecAction?", "failureThreshold": "number?", "grpc": "GRPCAction?", "httpGet": "HTTPGetAction?", "initialDelaySeconds": "number?", "periodSeconds": "number?", "successThreshold": "number?", "tcpSocket": "TCPSocketAction?", "terminationGracePeriodSeconds": "number?", "timeoutSeconds": "number?" },
  ProjectedVolumeSource: { "defaultMode": "number?", "sources": "VolumeProjection[]?" },
  QuobyteVolumeSource: { "group": "string?", "readOnly": "boolean?", "registry": "string", "tenant": "string?", "user": "string?", "volume": "string" },
  RBDVolumeSource: { "fsType": "string?", "image": "string", "keyring": "string?", "monitors": "string[]", "pool": "string?", "readOnly": "boolean?", "secretRef": "LocalObjectReference?", "user": "string?" },
  ResourceFieldSelector: { "containerName": "string?", "divisor": "string?", "resource": "string" },
  ResourceRequirements: { "claims": "ResourceClaim[]?", "limits": "Readonly<Record<string, string>>?", "requests": "Readonly<Record<string, string>>?" },
  SELinuxOptions: { "level": "string?", "role": "string?", "type": "string?", "user": "string?" },
  ScaleIOVolumeSource: { "fsType": "string?", "gateway": "string", "protectionDomain": "string?", "readOnly": "boolean?", "secretRef": "LocalObjectReference", "sslEnabled": "boolean?", "storageMode": "string?", "storagePool": "string?", "system": "string", "volumeName": "string?" },
  SeccompProfile: { "localhostProfile": "string?", "type": "string" },
  SecretEnvSource: { "name": "string?", "optional": "boolean?" },
  SecretKeySelector: { "key": "string", "name": "string?", "optional": "boolean?" },
  SecretProjection: { "items": "KeyToPath[]?", "name": "string?", "optional": "boolean?" },
  SecretVolumeSource: { "defaultMode": "number?", "items": "KeyToPath[]?", "optional": "boolean?", "secretName": "string?" },
  SecurityContext: { "allowPrivilegeEscalation": "boolean?", "appArmorProfile": "AppArmorProfile?", "capabilities": "Capabilities?", "privileged": "boolean?", "procMount": "string?", "readOnlyRootFilesystem": "boolean?", "runAsGroup": "number?", "runAsNonRoot": "boolean?", "runAsUser": "number?", "seLinuxOptions": "SELinuxOptions?", "seccompProfile": "SeccompProfile?", "windowsOptions": "WindowsSecurityContextOptions?" },
  ServiceAccountTokenProjection: { "audience": "string?", "expirationSeconds": "number?", "path": "string" },
  SleepAction: { "seconds": "number" },
  StorageOSVolumeSource: { "fsType": "string?", "readOnly": "boolean?", "secretRef": "LocalObjectReference?", "volumeName": "string?", "volumeNamespace": "string?" },
  Sysctl: { "name": "string", "value": "string" },
  TCPSocketAction: { "host": "string?", "port": "number | string" },
  Toleration: { "effect": "string?", "key": "string?", "operator": "string?", "tolerationSeconds": "number?", "value": "string?" },
  TopologySpreadConstraint: { "labelSelector": "LabelSelector?", "matchLabelKeys": "string[]?", "maxSkew": "number", "minDomains": "number?", "nodeAffinityPolicy": "string?", "nodeTaintsPolicy": "string?", "topologyKey": "string", "whenUnsatisfiable": "string" },
  TypedLocalObjectReference: { "apiGroup": "string?", "kind": "string", "name": "string" },
  TypedObjectReference: { "apiGroup": "string?", "kind": "string", "name": "string", "namespace": "string?" },
  Volume: { "awsElasticBlockStore": "AWSElasticBlockStoreVolumeSource?", "azureDisk": "AzureDiskVolumeSource?", "azureFile": "AzureFileVolumeSource?", "cephfs": "CephFSVolumeSource?", "cinder": "CinderVolumeSource?", "configMap": "ConfigMapVolumeSource?", "csi": "CSIVolumeSource?", "downwardAPI": "DownwardAPIVolumeSource?", "emptyDir": "EmptyDirVolumeSource?", "ephemeral": "EphemeralVolumeSource?", "fc": "FCVolumeSource?", "flexVolume": "FlexVolumeSource?", "flocker": "FlockerVolumeSource?", "gcePersistentDisk": "GCEPersistentDiskVolumeSource?", "gitRepo": "GitRepoVolumeSource?", "glusterfs": "GlusterfsVolumeSource?", "hostPath": "HostPathVolumeSource?", "image": "ImageVolumeSource?", "iscsi": "ISCSIVolumeSource?", "name": "string", "nfs": "NFSVolumeSource?", "persistentVolumeClaim": "PersistentVolumeClaimVolumeSource?", "photonPersistentDisk": "PhotonPersistentDiskVolumeSource?", "portworxVolume": "PortworxVolumeSource?", "projected": "ProjectedVolumeSource?", "quobyte": "QuobyteVolumeSource?", "rbd": "RBDVolumeSource?", "scaleIO": "ScaleIOVolumeSource?", "secret": "SecretVolumeSource?", "storageos": "StorageOSVolumeSource?", "vsphereVolume": "VsphereVirtualDiskVolumeSource?" },
  VolumeDevice: { "devicePath": "string", "name": "string" },
  VolumeMount: { "mountPath": "string", "mountPropagation": "string?", "name": "string", "readOnly": "boolean?", "recursiveReadOnly": "string?", "subPath": "string?", "subPathExpr": "string?" },
  VolumeProjection: { "clusterTrustBundle": "ClusterTrustBundleProjection?", "configMap": "ConfigMapProjection?", "downwardAPI": "DownwardAPIProjection?", "podCertificate": "PodCertificateProjection?", "secret": "SecretProjection?", "serviceAccountToken": "ServiceAccountTokenProjection?" },
  VolumeResourceRequirements: { "limits": "Readonly<Record<string, string>>?", "requests": "Readonly<Record<string, string>>?" },
  VsphereVirtualDiskVolumeSource: { "fsType": "string?", "storagePolicyID": "string?", "storagePolicyName": "string?", "volumePath": "string" },
  WeightedPodAffinityTerm: { "podAffinityTerm": "PodAffinityTerm", "weight": "number" },
  WindowsSecurityContextOptions: { "gmsaCredentialSpec": "string?", "gmsaCredentialSpecName": "string?", "hostProcess": "boolean?", "runAsUserName": "string?" },
};
