import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { colourOf } from '../colours';
import { piecesOf } from '../links';
import type { Room } from '../room';
import type { Row } from '../rows';
import { clockTime, exactTime } from '../times';
import { Face } from './face';
import { Icon } from './icons';

// A longer one is folded until somebody wants to see it.
const foldedCharacters = 1_500;
const foldedLines = 24;

/// A message that the room has.
export function Message({ row }: { row: Row & { kind: 'message' } }): JSX.Element {
  const { publication, isHead, isMine, time } = row;
  const { author, text, isAction } = publication;
  const about = `${isHead ? 'head' : ''} ${isMine ? 'mine' : ''} ${isAction ? 'action' : ''}`;
  return (
    <article class={`message ${about}`}>
      {isHead && !isMine && <Face name={author.name} />}
      <div class="bubble">
        {isHead && (
          <header>
            {isMine ? (
              <span class="unseen">You</span>
            ) : (
              <bdi class={`author colour-${colourOf(author.name)}`}>{author.name}</bdi>
            )}
          </header>
        )}
        {isAction && <Doer name={author.name} />}
        <Text text={text} />
        <footer>
          {time !== null && <Time time={time} />}
          {isMine && (
            <span class="state" title="Stored">
              <Icon shape="done" />
              <span class="unseen">stored</span>
            </span>
          )}
        </footer>
      </div>
    </article>
  );
}

/// A message of one's own that the room does not have yet.
export function OutgoingMessage({
  row,
  room,
}: {
  row: Row & { kind: 'outgoing' };
  room: Room;
}): JSX.Element {
  const { message, isHead } = row;
  const isFailed = message.state === 'failed';
  const state = isFailed ? 'failed' : 'sending';
  const about = `${state} ${isHead ? 'head' : ''} ${message.isAction ? 'action' : ''}`;
  return (
    <article class={`message mine ${about}`}>
      <div class="bubble">
        {message.isAction && <Doer name={room.me().name} />}
        <Text text={message.text} />
        <footer>
          <Time time={message.time} />
          <span class="state" title={isFailed ? 'Failed' : 'Sending'}>
            <Icon shape={isFailed ? 'alert' : 'clock'} />
            <span class="unseen">{state}</span>
          </span>
        </footer>
      </div>
      {isFailed && (
        <p class="failure">
          Not sent. {message.reason}{' '}
          <button class="link-button" type="button" onClick={() => room.outbox.retry(message.key)}>
            Retry
          </button>{' '}
          <button class="link-button" type="button" onClick={() => room.outbox.remove(message.key)}>
            Remove
          </button>
        </p>
      )}
    </article>
  );
}

// Who does what stands behind.
function Doer({ name }: { name: string }): JSX.Element {
  return (
    <>
      <span aria-hidden="true">* </span>
      <bdi class={`author colour-${colourOf(name)}`}>{name}</bdi>{' '}
    </>
  );
}

function Time({ time }: { time: number }): JSX.Element {
  return (
    <time dateTime={new Date(time).toISOString()} title={exactTime(time)}>
      {clockTime(time)}
    </time>
  );
}

function Text({ text }: { text: string }): JSX.Element {
  const [isOpen, open] = useState(false);
  const shown = isOpen ? text : folded(text);
  return (
    <>
      <p class="text" dir="auto">
        {piecesOf(shown).map(({ text: piece, href }) =>
          href === null ? (
            piece
          ) : (
            <a href={href} target="_blank" rel="noopener noreferrer nofollow">
              {piece}
            </a>
          ),
        )}
      </p>
      {shown.length < text.length && (
        <button class="link-button" type="button" onClick={() => open(true)}>
          Show all of it
        </button>
      )}
    </>
  );
}

function folded(text: string): string {
  const lines = text.split('\n', foldedLines + 1);
  const short = lines.length > foldedLines ? lines.slice(0, foldedLines).join('\n') : text;
  if (short.length <= foldedCharacters) return short;
  // Not between the halves of a character.
  return [...short.slice(0, foldedCharacters)].slice(0, -1).join('');
}
