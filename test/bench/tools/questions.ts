import { brokenNamespace as namespace } from './broken_namespace.ts';
import type { Call } from './sides.ts';

export interface Question {
  asks: string;
  ours: Call[];
  theirs: Call[];
  /** What an answer says, each of it, when it answers. */
  says: RegExp[];
}

const events = (name: string): Call => ['events_list', { namespace, fieldSelector: `involvedObject.name=${name}` }];
const get = (apiVersion: string, kind: string, name: string): Call => [
  'resources_get',
  { apiVersion, kind, name, namespace },
];
const list = (apiVersion: string, kind: string, more: Record<string, unknown> = { namespace }): Call => [
  'resources_list',
  { apiVersion, kind, ...more },
];

/**
 * What somebody on call asks, and the fewest calls that answer it on either side, or come closest; names of pods are
 * taken to be known from the alert. `orders` is a pod that crashes.
 *
 * Of the 27 reasons in the namespace our first answer has the most frequent; the others are read on, for as many tokens
 * again. What theirs doesn't answer: why pods are broken (a table of pods has states, and the events of 50 workloads cost 25,000
 * tokens), what was changed (ReplicaSets are there, and to compare them is left to the reader), what is requested of a
 * node (their tables of pods and nodes leave requests out, and `nodes_top` has usage), which label keeps a service from its
 * pods, and whether more replicas would fit.
 */
export function questions(orders: string): Question[] {
  return [
    {
      asks: 'which pods are broken, and why?',
      ours: [['get_pod_status', { namespace }]],
      theirs: [
        ['pods_list_in_namespace', { namespace }],
        ['events_list', { namespace, fieldSelector: 'type=Warning' }],
      ],
      says: [/CrashLoopBackOff/, /demo:nope"?: not found/, /node affinity\/selector/],
    },
    {
      asks: 'why does orders crash?',
      ours: [
        ['get_pod_status', { namespace, name: orders }],
        ['get_pod_logs', { namespace, name: orders, previous: true }],
      ],
      theirs: [
        ['pods_get', { namespace, name: orders }],
        ['pods_log', { namespace, name: orders, previous: true }],
      ],
      says: [/exit ?code:? 1/i, /msg="two"/],
    },
    {
      asks: 'why is the rollout of orders stuck?',
      ours: [['get_workload', { namespace, name: 'orders' }]],
      theirs: [
        get('apps/v1', 'Deployment', 'orders'),
        ['pods_list_in_namespace', { namespace, labelSelector: 'app=orders' }],
      ],
      says: [/CrashLoopBackOff/, /crash/],
    },
    {
      asks: 'what changed in orders, and when?',
      ours: [['get_deployment_history', { namespace, name: 'orders' }]],
      theirs: [
        list('apps/v1', 'ReplicaSet', { namespace, labelSelector: 'app=orders' }),
        get('apps/v1', 'Deployment', 'orders'),
      ],
      says: [/serve/, /crash/],
    },
    {
      asks: 'what does the log of orders say?',
      ours: [['get_pod_logs', { namespace, name: 'orders', previous: true }]],
      theirs: [['pods_log', { namespace, name: orders, previous: true, tail: 50 }]],
      says: [/msg="one"/, /msg="two"/],
    },
    {
      asks: 'what happened to orders?',
      ours: [['list_events', { namespace, name: 'orders' }]],
      theirs: [events(orders), events('orders')],
      says: [/Back-?off restarting/i],
    },
    {
      asks: 'what is going wrong in the namespace?',
      ours: [['list_events', { namespace, warnings_only: true }]],
      theirs: [['events_list', { namespace, fieldSelector: 'type=Warning' }]],
      says: [/exceeded quota/, /class.*not found/, /Back-?off/i],
    },
    {
      asks: 'does worker-1 have room for 2 GiB?',
      ours: [['get_node', { name: 'worker-1' }]],
      theirs: [
        list('v1', 'Node', { fieldSelector: 'metadata.name=worker-1' }),
        ['nodes_top', { name: 'worker-1' }],
        ['pods_list', { fieldSelector: 'spec.nodeName=worker-1' }],
      ],
      says: [/memory \S+ of 4Gi|memory: .* free/],
    },
    {
      asks: 'which nodes have room for 6 GiB?',
      ours: [['check_node_capacity', { resource_type: 'memory', amount: '6Gi' }]],
      theirs: [list('v1', 'Node', {}), ['nodes_top', {}]],
      says: [/fits? on (no|none)|not fit|no node/i],
    },
    {
      asks: 'why has service payments no endpoints?',
      ours: [['get_service', { namespace, name: 'payments' }]],
      theirs: [
        get('v1', 'Service', 'payments'),
        list('discovery.k8s.io/v1', 'EndpointSlice', {
          namespace,
          labelSelector: 'kubernetes.io/service-name=payments',
        }),
        list('apps/v1', 'Deployment'),
      ],
      says: [/app[=:] ?payment\b/, /app[=:] ?payments\b/],
    },
    {
      asks: 'what shuts traffic off from orders?',
      ours: [['get_network_policies', { namespace, name: 'orders' }]],
      theirs: [
        list('networking.k8s.io/v1', 'NetworkPolicy'),
        get('networking.k8s.io/v1', 'NetworkPolicy', 'only-from-cart'),
      ],
      says: [/only-from-cart/, /cart/],
    },
    {
      asks: 'why is claim archive pending?',
      ours: [['get_volume_claims', { namespace, name: 'archive' }]],
      theirs: [get('v1', 'PersistentVolumeClaim', 'archive'), events('archive')],
      says: [/fast/, /not found|does ?n[o']t exist|no such|there is no/i],
    },
    {
      asks: 'is the quota used up, by whom?',
      ours: [['check_resource_quotas', { namespace }]],
      theirs: [list('v1', 'ResourceQuota'), ['events_list', { namespace, fieldSelector: 'reason=FailedCreate' }]],
      says: [/62/, /batch/],
    },
    {
      asks: "why doesn't the autoscaler of reports scale?",
      ours: [['get_hpa_status', { namespace, name: 'reports' }]],
      theirs: [get('autoscaling/v2', 'HorizontalPodAutoscaler', 'reports')],
      says: [/missing request for cpu/],
    },
    {
      asks: 'would 5 more replicas of importer fit?',
      ours: [['check_scaling_feasibility', { namespace, name: 'importer', replicas: 6 }]],
      theirs: [get('apps/v1', 'Deployment', 'importer'), list('v1', 'Node', {}), list('v1', 'ResourceQuota')],
      says: [/NONE of them|not fit/],
    },
    {
      asks: 'which setting does mailer miss?',
      ours: [['get_config', { namespace, name: 'mailer' }]],
      theirs: [get('apps/v1', 'Deployment', 'mailer'), get('v1', 'ConfigMap', 'mailer')],
      says: [/\buser\b/, /no key|host: smtp/i],
    },
    {
      asks: 'what uses how much of its memory?',
      ours: [['get_usage', { namespace }]],
      theirs: [['pods_top', { namespace }]],
      says: [/\d+ ?Mi/],
    },
    {
      asks: 'why is gateway pending?',
      ours: [['get_pod_status', { namespace, name: 'gateway' }]],
      theirs: [
        ['pods_list_in_namespace', { namespace, labelSelector: 'app=gateway', fieldSelector: 'status.phase=Pending' }],
        ['events_list', { namespace, fieldSelector: 'reason=FailedScheduling' }],
      ],
      says: [/node affinity\/selector/],
    },
    {
      asks: 'why can ledger-0 not pull its image?',
      ours: [['get_pod_status', { namespace, name: 'ledger-0' }]],
      theirs: [['pods_get', { namespace, name: 'ledger-0' }]],
      says: [/demo:7/, /not found/],
    },
    {
      asks: 'how is worker-2, and what runs there?',
      ours: [['get_node', { name: 'worker-2' }]],
      theirs: [
        list('v1', 'Node', { fieldSelector: 'metadata.name=worker-2' }),
        ['pods_list', { fieldSelector: 'spec.nodeName=worker-2' }],
      ],
      says: [/ready/i, /agent/],
    },
  ];
}
