import type { ReadCost } from '../kubernetes/read_meter.ts';
import type { ToolSpec } from '../model/model.ts';

/** What an investigation can sense with. Everything behind it is read-only. */
export interface ToolRegistry {
  offered(): readonly ToolSpec[];
  /**
   * Never throws for what a model can get wrong: an unknown name or bad arguments come back as an error answer. `caller`
   * is whoever the answer is for: callers get their turns one after the other.
   */
  call(name: string, args: Record<string, unknown>, signal?: AbortSignal, caller?: string): Promise<ToolAnswer>;
  close(): Promise<void>;
}

/** What a tool said, or why it has nothing to say. */
export interface Told {
  text: string;
  isError: boolean;
  /** What it read for that, as far as the server says. */
  cost?: ReadCost;
  /** What a program can use of it. */
  facts?: Record<string, unknown>;
}

export interface ToolAnswer extends Told {
  /** Milliseconds of wall time that the call took. */
  ms: number;
  /** How old the answer is; 0 when it was read for this call. */
  ageMs: number;
  /** Whether it was there already. */
  cached: boolean;
}
