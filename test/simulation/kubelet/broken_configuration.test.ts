import { expect, test } from 'vitest';
import {
  app,
  type Broken,
  initContainer,
  mounting,
  playBroken,
  present,
  roundedTo,
  scheduled,
  started,
} from './broken_workloads.ts';

/** The container can't be made, and the kubelet says so at every look. */
function notMade(pod: Broken['pod'], why: string): Broken {
  return {
    pod,
    comesTo: 'Pending',
    containers: [`main: CreateContainerConfigError (${why}), restarts 0`],
    events: { ...scheduled, [`Normal Pulled main: ${present}`]: 21, [`Warning Failed main: Error: ${why}`]: 21 },
  };
}

/** The volume can't be mounted: tried again after 0.5 s, 1 s, 2 s and so on. */
function notMounted(pod: Broken['pod'], why: string): Broken {
  return {
    pod,
    comesTo: 'Pending',
    containers: ['main: ContainerCreating, restarts 0'],
    events: { ...scheduled, [`Warning FailedMount: MountVolume.SetUp failed for volume "v" : ${why}`]: 7 },
  };
}

function runs(pod: Broken['pod']): Broken {
  return {
    pod,
    comesTo: 'Running',
    containers: ['main: running, restarts 0, ready'],
    events: { ...scheduled, ...started(1) },
  };
}

const pullSecrets =
  'Unable to retrieve some image pull secrets (nope, neither); attempting to pull the image may not succeed.';
const from = (source: Record<string, unknown>) => app({ env: [{ name: 'A', valueFrom: source }] });
const noRoot = (user: string) => `container${user} (pod: "app_NAMESPACE(UID)", container: main)`;

const workloads: Record<string, Broken> = {
  'a key that its ConfigMap lacks': notMade(
    from({ configMapKeyRef: { name: 'settings', key: 'nope' } }),
    "couldn't find key nope in ConfigMap NAMESPACE/settings",
  ),
  'a key that its Secret lacks': notMade(
    from({ secretKeyRef: { name: 'keys', key: 'nope' } }),
    "couldn't find key nope in Secret NAMESPACE/keys",
  ),
  'the limit of a container that is not there': notMade(
    from({ resourceFieldRef: { containerName: 'nope', resource: 'limits.cpu' } }),
    'container nope not found',
  ),
  'a label that it does not have': runs(from({ fieldRef: { fieldPath: "metadata.labels['nope']" } })),
  'a key that may be missing': runs(from({ secretKeyRef: { name: 'keys', key: 'nope', optional: true } })),
  'a ConfigMap that may be missing': runs(from({ configMapKeyRef: { name: 'nope', key: 'a', optional: true } })),
  'a whole Secret that is missing': notMade(
    app({ envFrom: [{ secretRef: { name: 'nope' } }] }),
    'secret "nope" not found',
  ),
  'a whole ConfigMap that may be missing': runs(app({ envFrom: [{ configMapRef: { name: 'nope', optional: true } }] })),
  'a missing environment before a forbidden user': notMade(
    app({ envFrom: [{ configMapRef: { name: 'nope' } }], securityContext: { runAsNonRoot: true } }),
    'configmap "nope" not found',
  ),
  'a user that is root where none may be': notMade(
    app({ securityContext: { runAsNonRoot: true, runAsUser: 0 } }),
    noRoot("'s runAsUser breaks non-root policy"),
  ),
  'an image of root in a pod that forbids it': notMade(
    app({}, { securityContext: { runAsNonRoot: true } }),
    noRoot(' has runAsNonRoot and image will run as root'),
  ),
  'another user than the root of the image': runs(app({ securityContext: { runAsNonRoot: true, runAsUser: 1001 } })),
  'a sub path of a variable that is not there': notMade(
    mounting({ emptyDir: {} }, { subPathExpr: '$(NODE)/$(NOPE)' }),
    'missing value for NODE, NOPE',
  ),
  'a sub path that is not in its volume': runs(mounting({ configMap: { name: 'settings' } }, { subPath: 'nope' })),
  'a folder to work in that the image lacks': runs(app({ workingDir: '/nope' })),
  'an item that its ConfigMap lacks': notMounted(
    mounting({ configMap: { name: 'settings', items: [{ key: 'k', path: 'p' }] } }),
    'configmap references non-existent config key: k',
  ),
  'an item that its Secret lacks': notMounted(
    mounting({ secret: { secretName: 'keys', items: [{ key: 'k', path: 'p' }] } }),
    'references non-existent secret key: k',
  ),
  'a Secret volume that may be missing': runs(mounting({ secret: { secretName: 'nope', optional: true } })),
  'a projected volume of which all is wrong': notMounted(
    mounting({
      projected: {
        sources: [
          { secret: { name: 'nope' } },
          { configMap: { name: 'settings', items: [{ key: 'k', path: 'p' }] } },
          { configMap: { name: 'neither', optional: true } },
        ],
      },
    }),
    '[secret "nope" not found, configmap references non-existent config key: k]',
  ),
  'a projected volume of which one thing is wrong': notMounted(
    mounting({ projected: { sources: [{ configMap: { name: 'nope' } }] } }),
    'configmap "nope" not found',
  ),
  'a folder of the node that is not there': notMounted(
    mounting({ hostPath: { path: '/data/nope', type: 'Directory' } }),
    'hostPath type check failed: /data/nope is not a directory',
  ),
  'a file of the node that is a folder': notMounted(
    mounting({ hostPath: { path: '/etc', type: 'File' } }),
    'hostPath type check failed: /etc is not a file',
  ),
  'a folder to be made where a file is': notMounted(
    mounting({ hostPath: { path: '/etc/hosts', type: 'DirectoryOrCreate' } }),
    'hostPath type check failed: /etc/hosts is not a directory',
  ),
  'a socket of the node that is not there': notMounted(
    mounting({ hostPath: { path: '/run/nope.sock', type: 'Socket' } }),
    'hostPath type check failed: /run/nope.sock is not a socket file',
  ),
  'a disk of the node that is not there': notMounted(
    mounting({ hostPath: { path: '/dev/sdz', type: 'BlockDevice' } }),
    'hostPath type check failed: /dev/sdz is not a block device',
  ),
  'a volume of a driver that the node lacks': notMounted(
    mounting({ csi: { driver: 'secrets.example.com' } }),
    'kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name secrets.example.com not found in the ' +
      'list of registered CSI drivers',
  ),
  'a path of the node that nobody checks': runs(mounting({ hostPath: { path: '/data/nope' } })),
  'a folder of the node that is made': runs(mounting({ hostPath: { path: '/data/nope', type: 'DirectoryOrCreate' } })),
  'secrets for its image that are missing': {
    ...runs(app({}, { imagePullSecrets: [{ name: 'nope' }, { name: 'neither' }] })),
    events: { ...scheduled, ...started(1), [`Warning FailedToRetrieveImagePullSecret: ${pullSecrets}`]: 20 },
  },
  'an init container whose environment is missing': {
    pod: app({}, initContainer({ args: ['crash'], envFrom: [{ configMapRef: { name: 'nope' } }] })),
    comesTo: 'Pending',
    containers: [
      'init: CreateContainerConfigError (configmap "nope" not found), restarts 0',
      'main: PodInitializing, restarts 0',
    ],
    events: {
      ...scheduled,
      [`Normal Pulled init: ${present}`]: 21,
      'Warning Failed init: Error: configmap "nope" not found': 21,
    },
  },
};

test.each(Object.entries(workloads))('%s', async (_what, workload) => {
  const { events, comesTo, containers } = await playBroken(workload);
  expect({ comesTo, containers }).toEqual({ comesTo: workload.comesTo, containers: workload.containers });
  expect(roundedTo(workload.events, events)).toEqual(workload.events);
});
