import type { Volume } from '../../kubernetes/kinds/pods.ts';
import type { Container, Pod } from '../../kubernetes/objects.ts';
import { problemWithClaims } from './claims.ts';
import type { NodeContext } from './node_context.ts';
import { createSources } from './sources.ts';
import { canChange, readVolume } from './volume_content.ts';

/** The volumes of one pod, and what is in them. */
export interface PodVolumes {
  /** Settles when all of them are mounted, or says why the kubelet gives up for now. */
  mount(pod: Pod, signal: AbortSignal): Promise<MountOutcome>;
  /** Takes over what has changed in their sources since. */
  refresh(pod: Pod): Promise<void>;
  /** The files that a container sees; they follow their volumes while it runs. */
  filesFor(container: Container): Record<string, string>;
  /** Whether something in them can change by itself. */
  readonly mayChange: boolean;
}

export type MountOutcome = { kind: 'mounted' } | { kind: 'failed'; message?: string };

const firstRetryMs = 500;
const longestRetryMs = 122_000;
const patienceMs = 123_000;

export function createPodVolumes(node: NodeContext, first: Pod, podIP: string): PodVolumes {
  const sources = createSources(node.client, first.metadata.namespace ?? '');
  const contents = new Map<string, Record<string, string>>();
  const views: { container: Container; files: Record<string, string> }[] = [];
  const volumes = first.spec.volumes ?? [];
  const retries = new Map<string, { at: number; wait: number }>();

  const read = (volume: Volume, pod: Pod) =>
    readVolume(volume, sources, { pod, podIP, hostIP: node.hostIP, allocatable: node.allocatable() });

  async function tryMount(volume: Volume, pod: Pod): Promise<void> {
    const { at = 0, wait = firstRetryMs } = retries.get(volume.name) ?? {};
    if (node.clock.now() < at) return;
    const content = await read(volume, pod);
    if (content.kind === 'content') {
      contents.set(volume.name, content.files);
      return;
    }
    const message = `MountVolume.SetUp failed for volume "${volume.name}" : ${content.why}`;
    node.events.record(pod, { type: 'Warning', reason: 'FailedMount', message });
    retries.set(volume.name, { at: node.clock.now() + wait, wait: Math.min(wait * 2, longestRetryMs) });
  }

  async function mount(pod: Pod, signal: AbortSignal): Promise<MountOutcome> {
    const deadline = node.clock.now() + patienceMs;
    for (;;) {
      const message = await problemWithClaims(node.client, pod, name => contents.has(name));
      for (const volume of volumes) if (!contents.has(volume.name)) await tryMount(volume, pod);
      if (message !== undefined) return { kind: 'failed', message };
      const missing = volumes.filter(({ name }) => !contents.has(name));
      if (missing.length === 0) return { kind: 'mounted' };
      const next = Math.min(deadline, ...missing.map(({ name }) => retries.get(name)?.at ?? 0));
      if (node.clock.now() >= deadline) return { kind: 'failed' };
      await node.clock.sleep(next - node.clock.now(), signal);
    }
  }

  return {
    mount,
    mayChange: volumes.some(canChange),
    async refresh(pod) {
      for (const volume of volumes) {
        if (!contents.has(volume.name)) continue;
        const content = await read(volume, pod);
        // A source that is gone leaves the files as they were.
        if (content.kind === 'content') contents.set(volume.name, content.files);
      }
      for (const { container, files } of views) replaceMounted(files, container, contents);
    },
    filesFor(container) {
      const files: Record<string, string> = {};
      for (const mounted of container.volumeMounts ?? []) putFiles(files, mounted, contents.get(mounted.name));
      views.splice(0, views.length, ...views.filter(view => view.container.name !== container.name));
      views.push({ container, files });
      return files;
    },
  };
}

type Mount = NonNullable<Container['volumeMounts']>[number];

function putFiles(files: Record<string, string>, mount: Mount, content: Record<string, string> = {}): void {
  const base = mount.mountPath.replace(/\/$/, '');
  const { subPath = '' } = mount;
  for (const [path, value] of Object.entries(content)) {
    if (subPath === '') files[`${base}/${path}`] = value;
    else if (path === subPath) files[base] = value;
    else if (path.startsWith(`${subPath}/`)) files[`${base}/${path.slice(subPath.length + 1)}`] = value;
  }
}

/** What is mounted by a sub path stays as it was when the container started. */
function replaceMounted(
  files: Record<string, string>,
  container: Container,
  contents: ReadonlyMap<string, Record<string, string>>,
): void {
  for (const mount of container.volumeMounts ?? []) {
    if (mount.subPath) continue;
    const base = `${mount.mountPath.replace(/\/$/, '')}/`;
    for (const path of Object.keys(files)) if (path.startsWith(base)) delete files[path];
    putFiles(files, mount, contents.get(mount.name));
  }
}
