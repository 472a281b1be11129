import { z } from 'zod';
import type { Container, ResourceList } from '../kubernetes/objects.ts';
import { parseQuantity } from '../kubernetes/quantity.ts';
import { type ActionType, refusal } from './action.ts';
import { setField } from './field.ts';
import { proveRollout } from './rollout.ts';
import { nameOf, Target } from './target.ts';

const quantity = z
  .string()
  .max(20)
  .refine(text => (parseQuantity(text) ?? 0) > 0, 'expected a quantity above zero, such as "256Mi" or "500m"');

export const SetResources = z.strictObject({
  name: z.literal('set_resources'),
  target: Target,
  container: z.string().min(1).max(63),
  memoryLimit: quantity.optional(),
  memoryRequest: quantity.optional(),
  cpuLimit: quantity.optional(),
  cpuRequest: quantity.optional(),
});
export type SetResources = z.infer<typeof SetResources>;

/** How far one action may move a value: a larger step is a person's decision. */
const largestStep = 4;

export const setResources: ActionType<SetResources> = {
  name: 'set_resources',
  purpose:
    'change requests or limits of one container. Use it when a container is killed at a memory limit below its normal need, and nodes have room. Not for a leak: that only takes longer.',
  describe: action =>
    `set ${settingsOf(action).map(describeSetting).join(', ')} for ${action.container} of ${nameOf(action.target)}`,
  change(action, { workload }) {
    const containers = workload.spec.template.spec.containers;
    const index = containers.findIndex(({ name }) => name === action.container);
    const container = containers[index];
    if (!container)
      return refusal(
        `expected one of the containers ${containers.map(({ name }) => name).join(', ')}, got ${action.container}`,
      );
    const problem = problemWith(action, container);
    if (problem) return refusal(problem);
    const path = ['spec', 'template', 'spec', 'containers', index, 'resources'];
    return { kind: 'change', patch: setField(workload, path, resourcesAfter(action, container)) };
  },
  prove: (_action, facts, changedAt) => proveRollout(facts, changedAt),
};

interface Setting {
  section: 'limits' | 'requests';
  resource: 'memory' | 'cpu';
  value: string;
}

function settingsOf(action: SetResources): Setting[] {
  const all = [
    { section: 'limits', resource: 'memory', value: action.memoryLimit },
    { section: 'requests', resource: 'memory', value: action.memoryRequest },
    { section: 'limits', resource: 'cpu', value: action.cpuLimit },
    { section: 'requests', resource: 'cpu', value: action.cpuRequest },
  ] as const;
  return all.flatMap(setting => (setting.value === undefined ? [] : [{ ...setting, value: setting.value }]));
}

function describeSetting({ section, resource, value }: Setting): string {
  return `${resource} ${wordFor({ section })} ${value}`;
}

function wordFor({ section }: Pick<Setting, 'section'>): string {
  return section === 'limits' ? 'limit' : 'request';
}

function problemWith(action: SetResources, container: Container): string | undefined {
  const settings = settingsOf(action);
  if (settings.length === 0) return 'expected at least one of memoryLimit, memoryRequest, cpuLimit, cpuRequest';
  const unset = settings.find(setting => setNow(setting, container) === 0);
  if (unset)
    return `no ${unset.resource} ${wordFor(unset)} is set now: what the first one should be is for a person to say`;
  const tooFar = settings.find(setting => isTooFar(setting, container));
  if (tooFar) return `${describeSetting(tooFar)} is more than ${largestStep} times away from what is set now`;
  const { limits = {}, requests = {} } = resourcesAfter(action, container);
  const above = Object.keys(limits).find(key => amount(requests, key) > amount(limits, key));
  return above && `the ${above} request would be above the limit`;
}

function isTooFar(setting: Setting, container: Container): boolean {
  const ratio = (parseQuantity(setting.value) ?? 0) / setNow(setting, container);
  return ratio > largestStep || ratio < 1 / largestStep;
}

/** What counts now: a request that is not set is as high as the limit. */
function setNow({ section, resource }: Setting, { resources: { limits = {}, requests = {} } = {} }: Container): number {
  return section === 'limits' ? amount(limits, resource) : amount(requests, resource) || amount(limits, resource);
}

function resourcesAfter(action: SetResources, container: Container): NonNullable<Container['resources']> {
  const { limits, requests } = structuredClone(container.resources ?? {});
  const after = { limits: limits ?? {}, requests: requests ?? {} };
  for (const { section, resource, value } of settingsOf(action)) after[section][resource] = value;
  return after;
}

function amount(list: ResourceList, key: string): number {
  return parseQuantity(list[key] ?? '') ?? 0;
}
