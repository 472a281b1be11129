import type { AccessReview } from '../../../kubernetes/kinds/access.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { ApiError } from '../client.ts';
import type { Resource } from '../resource.ts';
import { badRequest, invalid } from '../status_error.ts';
import { received } from '../verbs/write.ts';
import type { Access } from './access.ts';
import { issuer } from './account_tokens.ts';
import type { Attributes } from './attributes.ts';
import type { User } from './user.ts';

interface Asking {
  access: Access;
  user: User;
  namespace: string;
  /** As timestamps are written. */
  now: string;
  /** Writes into a question who asks it. */
  sign(review: KubeObject): void;
}

const answers: Readonly<Record<string, (review: AccessReview, asking: Asking) => object>> = {
  SelfSubjectAccessReview: ({ spec }, { access, user }) => decisionOn(access, user, spec),
  SubjectAccessReview: ({ spec }, { access }) => decisionOn(access, subjectOf(spec), spec),
  LocalSubjectAccessReview: localDecision,
  SelfSubjectRulesReview: ({ spec }, { access, user }) => rulesOf(access, user, spec.namespace),
  SelfSubjectReview: (_review, { user }) => ({ userInfo: infoOf(user) }),
  TokenReview: tokenAnswer,
};

/** Those that come back with an answer; of the others only the answer does. */
const returned = new Set(['SelfSubjectAccessReview', 'SubjectAccessReview', 'LocalSubjectAccessReview', 'TokenReview']);

/** Whether a resource is a question that is answered, and never kept. */
export function isReview({ kind }: Resource): boolean {
  return Object.hasOwn(answers, kind);
}

export function answerReview(resource: Resource, body: unknown, asking: Asking): KubeObject {
  const review = received(resource, body) as AccessReview;
  if (!isRecord(review.spec ?? {})) throw badRequest(`expected a spec in the ${resource.kind}, got something else`);
  review.spec ??= {};
  const { resourceAttributes: about, nonResourceAttributes: path } = review.spec;
  if (resource.kind.endsWith('AccessReview') && !about === !path) throw unclear(resource, review);
  if (resource.kind === 'SelfSubjectReview') delete (review as { spec?: unknown }).spec;
  if (returned.has(resource.kind)) asking.sign(review);
  const status = answers[resource.kind]!(review, asking);
  if (resource.kind === 'SelfSubjectRulesReview') review.spec = {};
  const metadata = resource.kind === 'SelfSubjectReview' ? { creationTimestamp: asking.now } : {};
  return { ...review, metadata: { ...review.metadata, ...metadata }, ...{ status } };
}

/** The server doesn't say which kind it finds invalid. */
function unclear({ group, plural }: Resource, { spec }: AccessReview): ApiError {
  const { path, verb } = spec.nonResourceAttributes ?? {};
  const both = spec.resourceAttributes !== undefined;
  const field = both ? 'nonResourceAttributes' : 'resourceAttributes';
  const shown = both ? JSON.stringify({ Path: path ?? '', Verb: verb ?? '' }) : 'null';
  const why = both
    ? 'cannot be specified in combination with resourceAttributes'
    : 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  const cause = { reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${why}`, field: `spec.${field}` };
  const { status } = invalid({ group, plural, kind: '' }, '', [cause]);
  return new ApiError({ ...status, details: { group, causes: [cause] } });
}

function decisionOn(
  { authorizer }: Access,
  user: User,
  { resourceAttributes, nonResourceAttributes }: AccessReview['spec'],
) {
  const { path = '', verb = '' } = nonResourceAttributes ?? {};
  const attributes: Attributes = resourceAttributes
    ? {
        kind: 'resource',
        verb: '',
        group: '',
        resource: '',
        subresource: '',
        namespace: '',
        name: '',
        ...resourceAttributes,
      }
    : { kind: 'path', verb, path };
  const { allowed, reason } = authorizer.decide(user, attributes);
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function subjectOf({ user = '', groups = [] }: AccessReview['spec']): User {
  return { name: user, groups };
}

function localDecision({ spec }: AccessReview, { access, namespace }: Asking): object {
  if (spec.resourceAttributes?.namespace !== namespace) {
    throw badRequest(
      `spec.resourceAttributes.namespace must match namespace: ${spec.resourceAttributes?.namespace ?? ''} != ${namespace}`,
    );
  }
  return decisionOn(access, subjectOf(spec), spec);
}

function rulesOf({ authorizer }: Access, user: User, namespace: string | undefined): object {
  if (!namespace) throw badRequest('no namespace on request');
  const rules = authorizer.rulesFor(user, namespace);
  const resourceRules = rules
    .filter(({ nonResourceURLs }) => !nonResourceURLs?.length)
    .map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs,
      apiGroups: apiGroups ?? [],
      resources: resources ?? [],
      ...(resourceNames?.length ? { resourceNames } : {}),
    }));
  const nonResourceRules = rules
    .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
    .map(({ verbs, nonResourceURLs = [] }) => ({ verbs, nonResourceURLs }));
  return { resourceRules, nonResourceRules, incomplete: false };
}

function infoOf({ name, uid, groups, extra }: User): object {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(extra ? { extra } : {}),
  };
}

function tokenAnswer(review: KubeObject, { access }: Asking): object {
  const { token, audiences } = (review as KubeObject & { spec: { token?: string; audiences?: string[] } }).spec;
  if (!token) throw badRequest('token is required for TokenReview in authentication');
  const user = access.userWith(token);
  if (!user) return { user: {}, error: 'invalid bearer token' };
  return { authenticated: true, user: infoOf(user), audiences: audiences ?? [issuer] };
}
