import type { Operation } from '../operation.ts';
import { readingOperations } from './reading.ts';

export const allOperations: readonly Operation[] = [...readingOperations];
