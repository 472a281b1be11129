import type { ReplicaSet } from '../../../src/kubernetes/objects.ts';

const random = '[bcdfghjklmnpqrstvwxz2456789]{5}';

/**
 * Calls pods after their owners, ReplicaSets after their revisions, and makes equal what differs from run to run: times,
 * uids, addresses, and which node it was.
 */
export function createRenaming(sets: readonly ReplicaSet[], nodes: readonly string[]): (text: string) => string {
  const hashed = sets.map(({ metadata }) => {
    const owner = metadata.ownerReferences?.[0]?.name ?? metadata.name;
    const revision = metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '?';
    return [metadata.name, `${owner}@${revision}`] as const;
  });
  const assigned = new RegExp(`(Successfully assigned \\S+ to )(?:${nodes.join('|')})`, 'g');
  return text => {
    let renamed = text;
    for (const [name, revision] of hashed) renamed = renamed.replaceAll(name, revision);
    return renamed
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>')
      .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, '<time>')
      .replace(/\b10\.244\.\d+\.\d+\b/g, '<pod address>')
      .replace(/\b10\.96\.\d+\.\d+\b/g, '<address>')
      .replace(/\b(\d+h)?(\d+m)?\d+(\.\d+)?m?s\b/g, '<duration>')
      .replace(new RegExp(`([a-z@0-9])-${random}(?![-a-z0-9])`, 'g'), '$1-<random>')
      .replace(/-\d{8}\b/g, '-<minute>')
      .replace(assigned, '$1<node>');
  };
}
