import { keepingFor, type Keeping } from './keeping';
import type { Outgoing } from './outbox';

// Rooms remember keys for five minutes if nobody changed that. Later a message could come twice.
const sureFor = 4 * 60_000;

/// The messages for one room that have not been stored, for the next time the page is loaded in this
/// tab. Another tab has its own, so each is sent by one.
export class KeptOutbox {
  constructor(
    private room: string,
    private keeping: Keeping = keepingFor('tab'),
    readonly charactersMax = 1_000_000,
  ) {}

  /// What is kept, in its order. What is old is for its writer to decide.
  load(now: number): Outgoing[] {
    try {
      const kept: unknown = JSON.parse(this.keeping.getItem(this.#place) ?? '[]');
      if (!Array.isArray(kept)) return [];
      return kept.filter(isOutgoing).map((x) => (now - x.time > sureFor ? given(x) : x));
    } catch {
      return [];
    }
  }

  /// Keeps as many as there is space for, from the first on.
  save(messages: Outgoing[]): void {
    let left = this.charactersMax;
    const fitting = messages.filter(({ text }) => (left -= text.length) >= 0);
    try {
      this.keeping.setItem(this.#place, JSON.stringify(fitting));
    } catch {
      // full, or not allowed
    }
  }

  get #place(): string {
    return `salon.outbox ${this.room}`;
  }
}

function given(message: Outgoing): Outgoing {
  const reason = message.reason || 'The page was closed before there was an answer.';
  return { ...message, state: 'failed', reason };
}

function isOutgoing(x: unknown): x is Outgoing {
  const { key, text, isAction, time, state, reason } = (x ?? {}) as Partial<Outgoing>;
  return (
    typeof key === 'string' &&
    typeof text === 'string' &&
    typeof isAction === 'boolean' &&
    typeof time === 'number' &&
    (state === 'sending' || state === 'failed') &&
    typeof reason === 'string'
  );
}
