/** What an error code says about a message that was being sent. */
export interface MetaErrorRow {
  /** Meta's own title. */
  readonly title: string;
  /**
   * What became of the send that was answered with this code.
   * `rejected`: not accepted and never will be as it stands. `retry`: certainly not accepted, send it again after the
   * wait. `unknown`: it may have been accepted, so only evidence may decide (Meta knows no idempotency key).
   */
  readonly onSend: 'rejected' | 'retry' | 'unknown';
  /** What else is affected and must slow down or stop, beyond this one message. */
  readonly slow: 'none' | 'pair' | 'number' | 'waba' | 'app' | 'template' | 'account';
  /** Base wait before the retry, for the caller to raise from try to try; 0 when the message is not retried. */
  readonly pauseMs: number;
  /** Who has to act: the business on its account or template, the operator of this gateway, or nobody. */
  readonly alert: 'none' | 'business' | 'operator';
  /** One sentence for humans: what it means and what to do. */
  readonly advice: string;
  /** Where the code is known from: Meta's error page, public code and reports, or Meta's OpenAPI. */
  readonly source: 'doc' | 'wild' | 'spec';
}

/** Rows by Meta's code. */
export type MetaErrorRows = Readonly<Record<number, MetaErrorRow>>;

/** The parts of a row that have a usual value. */
export type RowExtras = Partial<Pick<MetaErrorRow, 'slow' | 'alert' | 'source'>>;

/** A row for a message that is refused for good: affects nothing else and calls nobody unless said. */
export function rejected(title: string, advice: string, extras: RowExtras = {}): MetaErrorRow {
  return row(title, advice, { onSend: 'rejected', pauseMs: 0, ...extras });
}

/** A row for a message that was certainly not accepted and is sent again after `pauseMs`. */
export function retry(title: string, advice: string, pauseMs: number, extras: RowExtras = {}): MetaErrorRow {
  return row(title, advice, { onSend: 'retry', pauseMs, ...extras });
}

/** A row for a send whose outcome nobody knows. */
export function unknown(title: string, advice: string): MetaErrorRow {
  return row(title, advice, { onSend: 'unknown', pauseMs: 0 });
}

function row(
  title: string,
  advice: string,
  extras: RowExtras & Pick<MetaErrorRow, 'onSend' | 'pauseMs'>,
): MetaErrorRow {
  return Object.freeze({ title, advice, slow: 'none', alert: 'none', source: 'doc', ...extras });
}
