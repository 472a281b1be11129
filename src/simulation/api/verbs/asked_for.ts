import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { type JsonRecord, valueAt } from '../json.ts';
import type { Resource } from '../resource.ts';

type Seen = (object: KubeObject) => KubeObject;

/**
 * The view of a new object without what the server is about to give it, where only the object tells that: nobody owns
 * those fields. Call it before they are given, and the result after.
 */
export function asAsked({ group, plural }: Resource, sent: KubeObject): Seen {
  if (group === '' && plural === 'services') return withoutAllocated(sent);
  if (group === '' && plural === 'nodes') return withoutGivenTaints(sent);
  if (group === '' && plural.startsWith('persistentvolume')) return withoutGivenFinalizers(sent);
  return group === 'batch' && plural === 'jobs' ? withoutGivenSelector(sent) : object => object;
}

interface Ported extends KubeObject {
  spec?: JsonRecord & { ports?: { nodePort?: number }[] };
}

const allocated = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort'];

function withoutAllocated(sent: KubeObject): Seen {
  const given = allocated.filter(field => !valueAt(sent, `spec.${field}`));
  const asked = ((sent as Ported).spec?.ports ?? []).map(({ nodePort }) => nodePort !== undefined && nodePort !== 0);
  return object => {
    const { spec } = object as Ported;
    if (!spec) return object;
    const own = Object.fromEntries(Object.entries(spec).filter(([field]) => !given.includes(field)));
    if (!spec.ports || asked.every(Boolean)) return { ...object, spec: own } as KubeObject;
    const ports = spec.ports.map(({ nodePort, ...port }, index) => (asked[index] ? { ...port, nodePort } : port));
    return { ...object, spec: { ...own, ports } } as KubeObject;
  };
}

/** A new node is kept free of pods until it is ready. */
function withoutGivenTaints(sent: KubeObject): Seen {
  const asked = valueAt(sent, 'spec.taints');
  return object => {
    const { spec } = object as KubeObject & { spec?: JsonRecord };
    if (asked !== undefined || !spec) return object;
    const { taints: _, ...others } = spec;
    return { ...object, spec: others } as KubeObject;
  };
}

/** Volumes and claims are held by whoever looks whether they are in use. */
function withoutGivenFinalizers({ metadata }: KubeObject): Seen {
  const asked = metadata.finalizers;
  return object => {
    const { finalizers: _, ...others } = object.metadata;
    return { ...object, metadata: asked ? { ...others, finalizers: asked } : others };
  };
}

const jobLabels = ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name', 'controller-uid', 'job-name'];

function withoutGivenSelector(sent: KubeObject): Seen {
  if (valueAt(sent, 'spec.selector') !== undefined) return object => object;
  return object => {
    const { metadata, spec } = object as KubeObject & { spec: JsonRecord };
    const { selector: _, template, ...rest } = spec;
    const inner = isRecord(template) ? { ...template, ...metadataOf(template) } : template;
    return { ...object, ...metadataOf({ metadata }), spec: { ...rest, template: inner } } as KubeObject;
  };
}

function metadataOf({ metadata }: JsonRecord): JsonRecord {
  if (!isRecord(metadata) || !isRecord(metadata['labels'])) return { metadata };
  const { labels, ...others } = metadata;
  const asked = Object.entries(labels as JsonRecord).filter(([name]) => !jobLabels.includes(name));
  return { metadata: asked.length > 0 ? { ...others, labels: Object.fromEntries(asked) } : others };
}
