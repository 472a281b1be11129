/** The port to a language model: one turn of a conversation that may ask for tools. */
export interface Model {
  /** What events and tables call it. */
  readonly name: string;
  /** Throws ModelError when there is no usable answer. */
  complete(request: ModelRequest, signal?: AbortSignal): Promise<ModelTurn>;
}

export interface ModelRequest {
  messages: readonly Message[];
  /** Offered tools; none means the model must answer in text. */
  tools: readonly ToolSpec[];
  /** JSON Schema that a last answer should have. Servers may ignore it: validate what comes back. */
  schema?: { name: string; schema: Record<string, unknown> };
  maxTokens?: number;
}

export type Message =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls: readonly ToolCall[] }
  | { role: 'tool'; callId: string; content: string };

export interface ToolSpec {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
}

export interface ToolCall {
  id: string;
  name: string;
  /** Parsed arguments; `undefined` when what the model wrote is not a JSON object (then `raw` shows it). */
  arguments: Record<string, unknown> | undefined;
  raw: string;
}

export interface ModelTurn {
  text: string;
  toolCalls: readonly ToolCall[];
  usage: Usage;
}

export interface Usage {
  promptTokens: number;
  completionTokens: number;
}

/** No usable answer: the endpoint is away, refuses us, or speaks something else. Safe to show: holds no key. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: 'unreachable' | 'timeout' | 'unauthorized' | 'rate_limited' | 'refused' | 'malformed';

  constructor(code: ModelError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
