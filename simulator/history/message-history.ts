import type { Stateful } from '../state/stateful.js';
import type { StatusChange } from '../traffic.js';

/** A status in the history of a message. */
export interface HistoryEvent {
  readonly id: string;
  readonly status: 'DELIVERED' | 'FAILED' | 'READ' | 'SENT';
  readonly atMs: number;
  readonly code?: number;
}

/** What happened to one message. */
export interface HistoryEntry {
  readonly id: string;
  readonly wamid: string;
  readonly phoneNumberId: string;
  readonly wabaId: string;
  readonly events: HistoryEvent[];
}

const FIRST_ID = 4_567_890_123_456_789;

/** Messages whose history is kept; the oldest go first. Some 10 MB; Meta's own bound is not published. */
const MOST_KEPT = 20_000;

const WORDS: Readonly<Record<StatusChange['status'], HistoryEvent['status']>> = {
  sent: 'SENT',
  delivered: 'DELIVERED',
  read: 'READ',
  played: 'READ',
  failed: 'FAILED',
};

interface SavedHistory {
  readonly entries: Map<string, HistoryEntry>;
  readonly made: number;
}

/** The statuses that the last messages came to, as they happened and whatever became of their webhooks. */
export class MessageHistory implements Stateful {
  /** By id, in order of arrival. */
  private entries = new Map<string, HistoryEntry>();
  private byWamid = new Map<string, HistoryEntry>();
  private made = 0;

  note({ wamid, phoneNumberId, wabaId, status, atMs, code }: StatusChange): void {
    const entry = this.byWamid.get(wamid) ?? this.add({ wamid, phoneNumberId, wabaId });
    entry.events.push({ id: this.newId(), status: WORDS[status], atMs, ...(code === undefined ? {} : { code }) });
  }

  get(id: string): HistoryEntry | undefined {
    return this.entries.get(id);
  }

  /** The history of a number, the newest message first; of one message where `wamid` says so. */
  of(phoneNumberId: string, wamid: string | null): HistoryEntry[] {
    if (wamid !== null) {
      const entry = this.byWamid.get(wamid);
      return entry?.phoneNumberId === phoneNumberId ? [entry] : [];
    }
    return [...this.entries.values()].filter((entry) => entry.phoneNumberId === phoneNumberId).reverse();
  }

  reset(): void {
    this.load({ entries: new Map(), made: 0 } satisfies SavedHistory);
  }

  save(): unknown {
    return { entries: this.entries, made: this.made } satisfies SavedHistory;
  }

  load(saved: unknown): void {
    const { entries, made } = saved as SavedHistory;
    this.entries = entries;
    this.byWamid = new Map([...entries.values()].map((entry) => [entry.wamid, entry]));
    this.made = made;
  }

  private add(message: Pick<HistoryEntry, 'phoneNumberId' | 'wabaId' | 'wamid'>): HistoryEntry {
    const entry = { id: this.newId(), ...message, events: [] };
    this.entries.set(entry.id, entry);
    this.byWamid.set(entry.wamid, entry);
    const oldest = this.entries.size > MOST_KEPT ? this.entries.values().next().value : undefined;
    if (oldest) {
      this.entries.delete(oldest.id);
      this.byWamid.delete(oldest.wamid);
    }
    return entry;
  }

  private newId(): string {
    return String(FIRST_ID + this.made++);
  }
}
