import type { Node } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { duplicate, forbiddenField, unsupported, wrong } from './problem.ts';

type Spec = NonNullable<Node['spec']> & { podCIDRs?: string[]; providerID?: string };
type Taint = NonNullable<Spec['taints']>[number];

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const namePart =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const valueForm = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const nameForm = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export function validateNode(node: Node, before?: Node): StatusCause[] {
  const taints = node.spec?.taints ?? [];
  return [
    ...(before ? changeProblems(node, before) : []),
    ...taints.flatMap((taint, index) => taintProblems(taint, index, taints)),
  ];
}

function taintProblems(taint: Taint, index: number, taints: readonly Taint[]): StatusCause[] {
  const { key, value = '', effect } = taint;
  const field = `metadata.taints[${index}]`;
  const name = key.split('/').at(-1) ?? '';
  const isRepeated = taints.slice(0, index).some(other => other.key === key && other.effect === effect);
  const shown = { Key: key, Value: value, Effect: effect, TimeAdded: null };
  const repeated = duplicate(field, shown);
  return [
    ...(name === '' ? [wrong(`${field}.key`, key, 'name part must be non-empty')] : []),
    ...(nameForm.test(name) ? [] : [wrong(`${field}.key`, key, namePart)]),
    ...(valueForm.test(value) ? [] : [wrong(`${field}.value`, value, labelValue)]),
    ...(effects.includes(effect) ? [] : [unsupported(`${field}.effect`, effect, effects)]),
    ...(isRepeated
      ? [{ ...repeated, message: `${repeated.message}: taints must be unique by key and effect pair` }]
      : []),
  ];
}

function changeProblems(node: Node, before: Node): StatusCause[] {
  const [spec = {}, old = {}]: (Spec | undefined)[] = [node.spec, before.spec];
  const addresses = node.status?.addresses ?? [];
  const once = (what: string) => `node updates may not change ${what} except from "" to valid`;
  return [
    ...addresses.flatMap(({ type, address }, index) =>
      addresses.slice(0, index).some(other => other.type === type && other.address === address)
        ? [duplicate(`status.addresses[${index}]`, { Type: type, Address: address })]
        : [],
    ),
    ...(old.podCIDRs?.length && !equal(old.podCIDRs, spec.podCIDRs)
      ? [forbiddenField('spec.podCIDRs', once('podCIDR'))]
      : []),
    ...(old.providerID && old.providerID !== spec.providerID
      ? [forbiddenField('spec.providerID', once('providerID'))]
      : []),
  ];
}
