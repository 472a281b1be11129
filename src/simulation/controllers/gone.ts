import { ApiError } from '../api/client.ts';

/** Gone already, or another object under the same name. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 404 || error.code === 409);
}

/** There is nothing left to do for what is gone. */
export function ignoreGone(error: unknown): void {
  if (!isGone(error)) throw error;
}
