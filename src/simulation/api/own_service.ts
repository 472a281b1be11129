/** Where the API is found from inside the cluster: the service that a server keeps for itself, and what stands behind. */
const name = 'kubernetes';
const address = '10.0.0.1';
const port = 6443;

/** By resource; all of them lie in the default namespace. */
export const ownService: readonly (readonly [resource: string, object: object])[] = [
  [
    'services',
    {
      metadata: { name, labels: { component: 'apiserver', provider: name } },
      spec: {
        clusterIP: '10.96.0.1',
        ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
      },
    },
  ],
  [
    'endpoints',
    {
      metadata: { name, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
    },
  ],
  [
    'endpointslices.discovery.k8s.io',
    {
      metadata: { name, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: 'https', port, protocol: 'TCP' }],
    },
  ],
];
