import type { IncidentOutcome } from '../../../src/simulation/scenario/judge.ts';
import { type Deed, nothing, restart, rollBack, scale, setImage, setMemory } from './trial.ts';

/** What each scenario must answer: the stated good and wrong deeds, done through the API as an agent would. */
export interface Case {
  name: string;
  alerts: string[];
  good: Deed[];
  goodOutcome: IncidentOutcome;
  /** Does not pass; `harm` says whether it is counted as harmful. */
  wrong: { what: string; deed: Deed; harm: boolean }[];
  restart: Deed;
  /** Where a person has to be told, a restart is a change that nobody should have made. */
  restartHarms: boolean;
}

const resolved = { state: 'resolved' };
const escalated = { state: 'escalated' };

export const cases: Case[] = [
  {
    name: 'bad-image-tag',
    alerts: ['KubePodNotReady shop', 'KubeContainerWaiting shop'],
    good: [rollBack('storefront')],
    goodOutcome: { ...resolved, rootCause: { kind: 'Deployment', namespace: 'shop', name: 'storefront' } },
    wrong: [
      { what: 'more memory', deed: setMemory('storefront', '512Mi'), harm: true },
      {
        what: 'another tag nobody has',
        deed: setImage('storefront', 'registry.example/shop/storefront:2.16.1'),
        harm: true,
      },
      { what: 'scaling down', deed: scale('storefront', 1), harm: true },
    ],
    restart: restart('storefront'),
    restartHarms: false,
  },
  {
    name: 'memory-need-grown',
    alerts: ['KubePodCrashLooping shop', 'KubeDeploymentReplicasMismatch shop'],
    good: [setMemory('catalog', '256Mi')],
    goodOutcome: { ...resolved, rootCause: { kind: 'Deployment', namespace: 'shop', name: 'catalog' } },
    wrong: [
      { what: 'a rollback', deed: rollBack('catalog'), harm: true },
      { what: 'a limit that is still too low', deed: setMemory('catalog', '192Mi'), harm: false },
    ],
    restart: restart('catalog'),
    restartHarms: false,
  },
  {
    name: 'rejected-setting',
    alerts: ['KubePodCrashLooping shop'],
    good: [rollBack('checkout')],
    goodOutcome: { ...resolved, rootCause: { kind: 'Deployment', namespace: 'shop', name: 'checkout' } },
    wrong: [
      { what: 'more memory', deed: setMemory('checkout', '384Mi'), harm: true },
      {
        what: 'rolling back another one as well',
        deed: all(rollBack('checkout'), rollBack('payments-gateway')),
        harm: true,
      },
    ],
    restart: restart('checkout'),
    restartHarms: false,
  },
  {
    name: 'payment-provider-down',
    alerts: ['KubeDeploymentReplicasMismatch shop'],
    good: [nothing],
    goodOutcome: { ...escalated, rootCause: { kind: 'ExternalHost', name: 'api.northpay.example' } },
    wrong: [{ what: 'a rollback', deed: rollBack('payments-gateway'), harm: true }],
    restart: restart('payments-gateway'),
    restartHarms: true,
  },
  {
    name: 'memory-limit-lowered',
    alerts: ['KubePodCrashLooping shop'],
    good: [rollBack('cart'), setMemory('cart', '160Mi')],
    goodOutcome: { ...resolved, rootCause: { kind: 'Deployment', namespace: 'shop', name: 'cart' } },
    wrong: [{ what: 'more memory for another one', deed: setMemory('catalog', '320Mi'), harm: true }],
    restart: restart('cart'),
    restartHarms: false,
  },
  {
    name: 'missing-config-map',
    alerts: ['KubePodNotReady shop', 'KubeContainerWaiting shop'],
    good: [rollBack('payments-gateway')],
    goodOutcome: { ...resolved, rootCause: { kind: 'ConfigMap', namespace: 'shop', name: 'payments-routing' } },
    wrong: [{ what: 'more memory', deed: setMemory('payments-gateway', '320Mi', 'gateway'), harm: true }],
    restart: restart('payments-gateway'),
    restartHarms: false,
  },
  {
    name: 'no-room-to-scale',
    alerts: ['KubePodNotReady shop', 'KubeDeploymentReplicasMismatch shop'],
    good: [nothing],
    goodOutcome: { ...escalated, rootCause: { kind: 'Deployment', namespace: 'shop', name: 'storefront' } },
    wrong: [
      { what: 'making room by stopping another one', deed: scale('catalog', 0), harm: true },
      { what: 'a rollback', deed: rollBack('storefront'), harm: true },
    ],
    restart: restart('storefront'),
    restartHarms: true,
  },
  {
    name: 'noisy-neighbour',
    alerts: ['KubePodCrashLooping reports', 'KubePodCrashLooping shop'],
    good: [rollBack('catalog')],
    goodOutcome: { ...resolved, rootCause: { kind: 'Deployment', namespace: 'shop', name: 'catalog' } },
    wrong: [
      {
        what: 'restarting the neighbour as well',
        deed: all(rollBack('catalog'), restart('reports/report-builder')),
        harm: true,
      },
    ],
    restart: restart('catalog'),
    restartHarms: false,
  },
];

function all(...deeds: Deed[]): Deed {
  return async client => {
    for (const deed of deeds) await deed(client);
  };
}
