import { z } from 'zod';
import type { KubeEvent } from '../../kubernetes/objects.ts';
import { type Answer, enumerate, plural } from './answer.ts';
import { claimFacts, claimsFor, missingClaims, mountEvents, readStorage, type Storage } from './claim_reads.ts';
import { type ClaimFacts, claimText, claimTrouble, isMounting, isWell } from './claim_state.ts';
import { eventLines } from './event_lines.ts';
import { bareName, closestFirst, missingNamespace } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Facts = z.object({
  claims: z.number(),
  bound: z.number(),
  pending: z.array(z.string()),
  lost: z.array(z.string()),
  /** Pods refer to them, and they don't exist. */
  missing: z.array(z.string()),
});
type Facts = z.infer<typeof Facts>;

export const getVolumeClaims = defineTool({
  name: 'get_volume_claims',
  description: 'Shows volume claims: size, class, users, whether they can grow, why one is pending.',
  input: z.object({ namespace: z.string(), name: z.string().optional() }),
  facts: Facts,
  aliases: { claim: 'name', pvc: 'name', claim_name: 'name', pod: 'name', workload: 'name' },
  answer: ({ namespace, name }, senses) => volumeClaims(namespace, name && bareName(name), senses),
});

const mostNames = 20;

async function volumeClaims(namespace: string, name: string | undefined, senses: Senses): Promise<Answer<Facts>> {
  const all = await readStorage(namespace, senses);
  const storage = name === undefined ? all : claimsFor(name, all);
  const claims = storage.claims.map(claim => claimFacts(claim, all, senses.clock.now()));
  const missing = missingClaims(storage.pods, all.claims);
  if (claims.length + missing.length === 0) return nothing(namespace, name, all, senses);
  const mounting = await mountEvents(
    namespace,
    claims.flatMap(({ users }) => users.filter(pod => isMounting(pod, senses.clock.now()))),
    senses,
  );
  return tell({ namespace, name, claims, missing, mounting }, senses.clock.now());
}

interface Seen {
  namespace: string;
  name: string | undefined;
  claims: ClaimFacts[];
  missing: [string, string[]][];
  mounting: KubeEvent[];
}

function tell({ namespace, name, claims, missing, mounting }: Seen, now: number): Answer<Facts> {
  const inPhase = (phase: string) =>
    claims.filter(({ claim }) => (claim.status?.phase ?? 'Pending') === phase).map(nameOf);
  const [bound, pending, lost] = [inPhase('Bound'), inPhase('Pending'), inPhase('Lost')];
  const counts = [
    `${bound.length} bound`,
    `${pending.length} pending`,
    ...(lost.length > 0 ? [`${lost.length} LOST`] : []),
  ];
  const ofWhom = name === undefined ? namespace : `${namespace} for ${name}`;
  const broken = claims.filter(each => !isWell(each));
  const well = claims.filter(isWell);
  return {
    facts: {
      claims: claims.length,
      bound: bound.length,
      pending: pending.slice(0, mostNames),
      lost: lost.slice(0, mostNames),
      missing: missing.map(([claim]) => claim).slice(0, mostNames),
    },
    head: [`${plural(claims.length, 'volume claim')} in ${ofWhom}: ${counts.join(', ')}.`],
    body: [
      ...missing.map(([claim, pods]) => `${claim} does NOT exist, and ${enumerate(pods, 3)} can't start without it.`),
      ...broken.map(each => `${claimTrouble(each)}. Wants ${claimText(each)}.`),
      ...eventLines(mounting, now).slice(0, 3),
      ...well.map(each => `${nameOf(each)}: bound, ${claimText(each)}.`),
      ...(claims.length === 1 && well.length === 1
        ? ['How full it is only metrics tell (kubelet_volume_stats_used_bytes).']
        : []),
    ],
    more: 'ask with the name of a claim, pod or workload',
  };
}

function nameOf({ claim }: ClaimFacts): string {
  return claim.metadata.name;
}

async function nothing(
  namespace: string,
  name: string | undefined,
  { claims }: Storage,
  senses: Senses,
): Promise<Answer<Facts>> {
  const missing = claims.length > 0 ? undefined : await missingNamespace(namespace, senses);
  if (missing) return { head: missing.head };
  if (name === undefined || claims.length === 0) return { head: [`There are no volume claims in ${namespace}.`] };
  const names = closestFirst(
    claims.map(({ metadata }) => metadata.name),
    name,
  );
  return {
    head: [
      `There is no volume claim "${name}" in ${namespace}, and no pod called so uses any. Claims: ${enumerate(names, 12)}.`,
    ],
  };
}
