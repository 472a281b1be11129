/** Where the kinds lie. With a name: one object; with a subresource: that of it. */
type Place = (name?: string, subresource?: string) => string;

const placeAt =
  (collection: string): Place =>
  (name, subresource) =>
    [collection, name, subresource].filter(part => part !== undefined).join('/');

const core = (plural: string) => placeAt(`/api/v1/namespaces/{ns}/${plural}`);
const inGroup = (groupVersion: string, plural: string) => placeAt(`/apis/${groupVersion}/namespaces/{ns}/${plural}`);
const ofCluster = (groupVersion: string, plural: string) => placeAt(`/apis/${groupVersion}/${plural}`);

export const namespaces = placeAt('/api/v1/namespaces');
export const nodes = placeAt('/api/v1/nodes');
export const persistentVolumes = placeAt('/api/v1/persistentvolumes');
export const pods = core('pods');
export const services = core('services');
export const configMaps = core('configmaps');
export const secrets = core('secrets');
export const endpoints = core('endpoints');
export const events = core('events');
export const limitRanges = core('limitranges');
export const quotas = core('resourcequotas');
export const serviceAccounts = core('serviceaccounts');
export const claims = core('persistentvolumeclaims');
export const replicationControllers = core('replicationcontrollers');
export const podTemplates = core('podtemplates');
export const deployments = inGroup('apps/v1', 'deployments');
export const replicaSets = inGroup('apps/v1', 'replicasets');
export const statefulSets = inGroup('apps/v1', 'statefulsets');
export const daemonSets = inGroup('apps/v1', 'daemonsets');
export const controllerRevisions = inGroup('apps/v1', 'controllerrevisions');
export const jobs = inGroup('batch/v1', 'jobs');
export const cronJobs = inGroup('batch/v1', 'cronjobs');
export const autoscalers = inGroup('autoscaling/v2', 'horizontalpodautoscalers');
export const budgets = inGroup('policy/v1', 'poddisruptionbudgets');
export const ingresses = inGroup('networking.k8s.io/v1', 'ingresses');
export const networkPolicies = inGroup('networking.k8s.io/v1', 'networkpolicies');
export const ingressClasses = ofCluster('networking.k8s.io/v1', 'ingressclasses');
export const storageClasses = ofCluster('storage.k8s.io/v1', 'storageclasses');
export const priorityClasses = ofCluster('scheduling.k8s.io/v1', 'priorityclasses');
export const roles = inGroup('rbac.authorization.k8s.io/v1', 'roles');
export const roleBindings = inGroup('rbac.authorization.k8s.io/v1', 'rolebindings');
export const clusterRoles = ofCluster('rbac.authorization.k8s.io/v1', 'clusterroles');
export const clusterRoleBindings = ofCluster('rbac.authorization.k8s.io/v1', 'clusterrolebindings');
export const leases = inGroup('coordination.k8s.io/v1', 'leases');
export const endpointSlices = inGroup('discovery.k8s.io/v1', 'endpointslices');
export const newEvents = inGroup('events.k8s.io/v1', 'events');
export const definitions = ofCluster('apiextensions.k8s.io/v1', 'customresourcedefinitions');
export const accessReviews = ofCluster('authorization.k8s.io/v1', 'selfsubjectaccessreviews');
export const rulesReviews = ofCluster('authorization.k8s.io/v1', 'selfsubjectrulesreviews');
export const subjectReviews = ofCluster('authorization.k8s.io/v1', 'subjectaccessreviews');
