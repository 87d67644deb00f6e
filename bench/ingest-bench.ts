import type { IngestOptions } from './command-line.js';
import type { Database, Gateway } from './gateway.js';
import type { GraphStub } from './stub.js';
import type { RecordedSend } from './webhook-bodies.js';

/** What runs while `ingest` measures. */
export interface IngestBench {
  readonly options: IngestOptions;
  readonly database: Database;
  readonly stub: GraphStub;
  readonly bare: { readonly port: number; readonly pid: number };
  /** Sends whose statuses have not been used yet. */
  readonly unused: RecordedSend[];
  readonly say: (line: string) => void;
  gateway: Gateway;
  /** Statuses that the present gateway process has to have applied when it is done. */
  owed: number;
}
