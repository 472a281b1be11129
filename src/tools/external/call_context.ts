import { AsyncLocalStorage } from 'node:async_hooks';

/** One exchange with a server, as the transport below the client sees it. */
export interface CallContext {
  /** Ends the exchange, also where the client would only say that it no longer waits. */
  signal: AbortSignal;
  /** Beginning a session takes several, so that the end of one reply says nothing. */
  requests: 'one' | 'several';
  /** Says that no answer can come any more. */
  fail(error: Error): void;
}

const current = new AsyncLocalStorage<CallContext>();

export const currentCall = (): CallContext | undefined => current.getStore();

/**
 * Runs one exchange. The client's own bounds don't cover what lies below it: a stream that never ends, one that ends
 * without an answer, a body without end. The transport tells of those here, and they cost this exchange only.
 */
export async function exchange<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  requests: CallContext['requests'] = 'one',
): Promise<T> {
  const over = new AbortController();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const both = AbortSignal.any([signal, over.signal]);
  const stop = () => failed.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const context = { signal: both, requests, fail: failed.reject };
    return await Promise.race([current.run(context, () => work(both)), failed.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort(new Error('the exchange is over'));
  }
}
