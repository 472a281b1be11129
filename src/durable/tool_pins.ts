/** What a tool of another server said about itself when it was first seen, or when somebody last agreed to it. */
export interface ToolPin {
  server: string;
  tool: string;
  /** Of its description and schema. */
  hash: string;
  pinnedAt: string;
  /** Who agreed to it; nobody had to when it was seen first. */
  confirmedBy?: string;
}

export interface ToolPins {
  /** By name of the tool. */
  of(server: string): ToolPin[];
  /** Keeps the hash unless there is one already; gives the one that is kept. */
  pin(server: string, tool: string, hash: string): string;
  /** Somebody agrees to what a tool says about itself now. */
  confirm(server: string, tool: string, agreed: { hash: string; by: string }): void;
}
