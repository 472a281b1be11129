import { hashOf } from '../lib/hash.ts';
import type { Alert } from './alert.ts';
import type { AlertSubject } from './subject.ts';

/** Alerts with the same key belong to one incident while it is open. */
export function foldKey(subject: AlertSubject, { labels }: Alert): string {
  return hashOf(subject.name ? subject : { ...subject, alertname: labels['alertname'], labels });
}

export function titleOf({ labels, annotations }: Alert): string {
  const { alertname = 'an alert without a name' } = labels;
  return annotations['summary'] ? `${alertname}: ${annotations['summary']}` : alertname;
}

/** Where many things can fail for one reason. */
export type Place = { kind: 'Node' | 'Namespace'; name: string };

/** When different things in one place are taken for one incident. */
export interface StormLimits {
  /** Incidents that were opened within this time count. */
  windowMs: number;
  /** How many different things on a node. */
  node: number;
  /** How many different things in a namespace. */
  namespace: number;
}

/** A storm takes in what comes within this time after its last alert. */
export const stormLastsMs = 600_000;

/** The nearest common cause first. */
export function placesOf(node: string | undefined, namespace: string | undefined): Place[] {
  return [
    ...(node === undefined ? [] : [{ kind: 'Node' as const, name: node }]),
    ...(namespace === undefined ? [] : [{ kind: 'Namespace' as const, name: namespace }]),
  ];
}

export function subjectOfPlace({ kind, name }: Place): AlertSubject {
  return kind === 'Namespace' ? { namespace: name, kind, name } : { kind, name };
}

export function limitAt({ kind }: Place, limits: StormLimits): number {
  return kind === 'Node' ? limits.node : limits.namespace;
}
