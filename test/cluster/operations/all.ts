import type { Operation } from '../operation.ts';
import { admitting } from './admitting.ts';
import { applying } from './applying.ts';
import { authorizing } from './authorizing.ts';
import { customResources } from './custom.ts';
import { defaulting } from './defaulting.ts';
import { deleting } from './deleting.ts';
import { discovering, requests } from './discovering.ts';
import { everyKind } from './kinds.ts';
import { patching } from './patching.ts';
import { readingOperations } from './reading.ts';
import { strictness } from './strictness.ts';
import { subresources } from './subresources.ts';
import { validation } from './validation.ts';
import { validationOfOthers } from './validation_others.ts';
import { validationOfPods } from './validation_pods.ts';
import { watches } from './watching.ts';
import { creating, updating } from './writing.ts';

export const allOperations: readonly Operation[] = [
  ...readingOperations,
  ...creating,
  ...updating,
  ...patching,
  ...applying,
  ...deleting,
  ...subresources,
  ...watches,
  ...defaulting,
  ...everyKind,
  ...strictness,
  ...validation,
  ...validationOfPods,
  ...validationOfOthers,
  ...admitting,
  ...authorizing,
  ...customResources,
  ...discovering,
  ...requests,
];
