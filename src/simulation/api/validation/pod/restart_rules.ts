import type { StatusCause } from '../../client.ts';
import { none, required, tooMany, unsupported } from '../problem.ts';
import type { WireContainer } from './wire.ts';

const policies = ['Always', 'Never', 'OnFailure'];
const actions = ['Restart', 'RestartAllContainers'];
const operators = ['In', 'NotIn'];
const [mostRules, mostCodes] = [20, 255];

/** A container's own policy, and what it does by exit code. */
export function restartPolicyProblems(container: WireContainer, field: string): StatusCause[] {
  const { restartPolicy: policy, restartPolicyRules: rules = [] } = container;
  if (policy === undefined && rules.length === 0) return none;
  const at = `${field}.restartPolicy`;
  const hint = 'must specify restartPolicy when restart rules are used';
  if (policy === undefined) return [required(at, hint), ...rulesProblems(rules, field)];
  return [...(policies.includes(policy) ? none : [unsupported(at, policy, policies)]), ...rulesProblems(rules, field)];
}

function rulesProblems(rules: NonNullable<WireContainer['restartPolicyRules']>, field: string): StatusCause[] {
  const path = `${field}.restartPolicyRules`;
  return [
    ...(rules.length > mostRules ? [tooMany(path, rules.length, mostRules)] : none),
    ...rules.flatMap(({ action = '', exitCodes }, index) => [
      ...(actions.includes(action) ? none : [unsupported(`${path}[${index}].action`, action, actions)]),
      ...(exitCodes
        ? codesProblems(exitCodes, `${path}[${index}].exitCodes`)
        : [required(`${path}[${index}].exitCodes`, 'must be specified')]),
    ]),
  ];
}

function codesProblems({ operator = '', values = [] }: { operator?: string; values?: number[] }, field: string) {
  return [
    ...(operators.includes(operator) ? none : [unsupported(`${field}.operator`, operator, operators)]),
    ...(values.length > mostCodes ? [tooMany(`${field}.values`, values.length, mostCodes)] : none),
  ];
}
