import type { ProjectedSource, Volume } from '../../kubernetes/kinds/pods.ts';
import { downwardFiles, type Self } from './downward.ts';
import { problemWithHostPath } from './host_path.ts';
import { type Content, contentOf, type Sources } from './sources.ts';

/** What is in a volume of this pod when it is mounted now, or why it can't be. */
export async function readVolume(volume: Volume, sources: Sources, self: Self): Promise<Content> {
  const { configMap, secret, downwardAPI, projected, hostPath, csi } = volume;
  if (configMap) return contentOf('configmap', configMap, sources);
  if (secret) return contentOf('secret', { ...secret, name: secret.secretName ?? '' }, sources);
  const why = hostPath && problemWithHostPath(hostPath);
  if (why !== undefined) return { kind: 'wrong', why };
  if (csi) return { kind: 'wrong', why: withoutDriver(csi.driver) };
  if (projected) return readProjected(projected.sources ?? [], sources, self);
  return { kind: 'content', files: downwardAPI ? downwardFiles(self, downwardAPI.items) : {} };
}

/** No node here runs a driver for volumes that a pod brings along. */
function withoutDriver(name: string): string {
  const why = `driver name ${name} not found in the list of registered CSI drivers`;
  return `kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: ${why}`;
}

/** All that is wrong with a projected volume is said at once. */
async function readProjected(parts: ProjectedSource[], sources: Sources, self: Self): Promise<Content> {
  const files: Record<string, string> = {};
  const wrong: string[] = [];
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of parts) {
    const content = configMap
      ? await contentOf('configmap', configMap, sources)
      : secret && (await contentOf('secret', secret, sources));
    if (content?.kind === 'wrong') wrong.push(content.why);
    else if (content) Object.assign(files, content.files);
    if (downwardAPI) Object.assign(files, downwardFiles(self, downwardAPI.items));
    if (serviceAccountToken) files[serviceAccountToken.path] = 'token';
  }
  if (wrong.length === 0) return { kind: 'content', files };
  return { kind: 'wrong', why: wrong.length === 1 ? (wrong[0] ?? '') : `[${wrong.join(', ')}]` };
}

/** What every pod is given to reach the API stays as it is. */
export function canChange({ configMap, secret, projected }: Volume): boolean {
  const parts = projected?.sources ?? [];
  return (
    configMap !== undefined ||
    secret !== undefined ||
    parts.some(part => part.secret ?? (part.configMap && part.configMap.name !== 'kube-root-ca.crt'))
  );
}
