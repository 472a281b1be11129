import type { LifecycleHandler } from '../../../kubernetes/kinds/pods.ts';
import type { Probe } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { canonicalQuantity } from '../quantity.ts';

type Fields = Record<string, unknown>;

const withModes = ['configMap', 'secret', 'projected', 'downwardAPI'];

/** What a source of a volume is where nobody has said. */
const ofSources: Record<string, Fields> = {
  hostPath: { type: '' },
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
};

export function defaultVolume(volume: Fields): void {
  if (Object.keys(volume).every(name => name === 'name')) volume['emptyDir'] = {};
  for (const [name, defaults] of Object.entries(ofSources)) {
    const source = volume[name];
    if (isRecord(source)) Object.assign(source, { ...defaults, ...source });
  }
  for (const name of withModes) {
    const source = volume[name];
    if (isRecord(source)) source['defaultMode'] ??= 0o644;
  }
  const { emptyDir, downwardAPI, projected, image, ephemeral } = volume;
  if (isRecord(emptyDir) && emptyDir['sizeLimit'] !== undefined) {
    const text = String(emptyDir['sizeLimit']);
    emptyDir['sizeLimit'] = canonicalQuantity(text) ?? text;
  }
  defaultFiles(downwardAPI);
  if (isRecord(projected)) for (const source of listOf(projected['sources'])) defaultProjection(source);
  if (isRecord(image)) image['pullPolicy'] ??= pullPolicyFor(String(image['reference'] ?? ''));
  const template = isRecord(ephemeral) ? ephemeral['volumeClaimTemplate'] : undefined;
  if (isRecord(template) && isRecord(template['spec'])) template['spec']['volumeMode'] ??= 'Filesystem';
}

function defaultProjection({ serviceAccountToken, downwardAPI }: Fields): void {
  if (isRecord(serviceAccountToken)) serviceAccountToken['expirationSeconds'] ??= 3600;
  defaultFiles(downwardAPI);
}

function defaultFiles(source: unknown): void {
  if (isRecord(source)) for (const item of listOf(source['items'])) defaultSource(item);
}

/** Where a variable or a file comes from. */
export function defaultSource(source: unknown): void {
  if (!isRecord(source)) return;
  const { fieldRef, resourceFieldRef, fileKeyRef } = source;
  if (isRecord(fieldRef)) fieldRef['apiVersion'] ??= 'v1';
  if (isRecord(resourceFieldRef)) {
    const text = String(resourceFieldRef['divisor'] ?? '0');
    resourceFieldRef['divisor'] = canonicalQuantity(text) ?? text;
  }
  if (isRecord(fileKeyRef)) fileKeyRef['optional'] ??= false;
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function defaultProbe(probe: Probe): void {
  probe.periodSeconds ||= 10;
  probe.timeoutSeconds ||= 1;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  defaultHandler(probe);
  if (probe.grpc) probe.grpc.service ??= '';
}

export function defaultHandler({ httpGet }: Pick<Probe, 'httpGet'> | LifecycleHandler): void {
  if (!httpGet) return;
  httpGet.path ||= '/';
  httpGet.scheme ||= 'HTTP';
}

const step = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const reference = new RegExp(
  `^(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?${step}(?:/${step})*(?::([\\w][\\w.-]{0,127}))?(?:@([\\w+.-]+:[0-9a-fA-F]{32,}))?$`,
);

/** A moving tag is pulled each time, a fixed one only when it isn't there; so is what is no image. */
export function pullPolicyFor(image: string): 'Always' | 'IfNotPresent' {
  const parts = reference.exec(image);
  if (!parts) return 'IfNotPresent';
  const [, tag, digest] = parts;
  return (tag ?? (digest ? '' : 'latest')) === 'latest' ? 'Always' : 'IfNotPresent';
}
