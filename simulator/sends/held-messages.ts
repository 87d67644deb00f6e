import type { Stateful } from '../state/stateful.js';
import type { World } from '../world.js';
import type { Accepted, MessageLives } from './message-lives.js';
import type { Attempt, PacingVerdict } from './send-rules.js';

/** Messages of a template that pacing has dropped fail with the code of a paused template (cloud-api.md §3.6). */
const DROPPED = 132015;

/** Messages that wait for the verdict on their template: accepted, and neither sent nor failed. */
export class HeldMessages implements Stateful {
  private byTemplate = new Map<string, Accepted[]>();

  constructor(
    private readonly world: Pick<World, 'rules' | 'clock'>,
    private readonly lives: MessageLives,
  ) {
    world.rules.onPacingVerdict((templateId, verdict) => this.end(templateId, verdict));
  }

  /** Whether a message is held; notes the use of its template, so it is to be asked once per accepted message. */
  admits({ template }: Attempt): 'accepted' | 'held' {
    return template ? (this.world.rules.templates?.admit(template.id) ?? 'accepted') : 'accepted';
  }

  keep({ template }: Attempt, accepted: Accepted): void {
    if (!template) return;
    const held = this.byTemplate.get(template.id);
    if (held) held.push(accepted);
    else this.byTemplate.set(template.id, [accepted]);
  }

  /** Messages that wait now. */
  get size(): number {
    let size = 0;
    for (const held of this.byTemplate.values()) size += held.length;
    return size;
  }

  reset(): void {
    this.byTemplate.clear();
  }

  save(): unknown {
    return this.byTemplate;
  }

  load(saved: unknown): void {
    this.byTemplate = saved as Map<string, Accepted[]>;
  }

  private end(templateId: string, verdict: PacingVerdict): void {
    const held = this.byTemplate.get(templateId) ?? [];
    this.byTemplate.delete(templateId);
    const atMs = this.world.clock();
    for (const accepted of held) {
      const from = { ...accepted, send: { ...accepted.send, atMs } };
      this.lives.begin(from, verdict === 'drop' ? { failsWith: DROPPED } : {});
    }
  }
}
