import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Reading, releasesOfNumber, releasesOfTemplate } from './release-by-poll.js';
import { STOP_RULES } from './stop.js';

const SAME: Reading = { before: null, after: null };
const status = (before: string | null, after: string | null) =>
  releasesOfNumber({ status: { before, after }, nameStatus: SAME });
const name = (before: string | null, after: string | null) =>
  releasesOfNumber({ status: SAME, nameStatus: { before, after } });
const template = (before: string | null, after: string | null) => releasesOfTemplate({ before, after });

describe('two polls in a row', () => {
  it.each(['DISCONNECTED', 'PENDING', 'UNVERIFIED', 'DELETED', 'MIGRATED'])(
    'let a number go on that was %s and is connected',
    (before) => {
      const said = `poll of status, CONNECTED after ${before}`;
      expect(status(before, 'CONNECTED')).toEqual([{ codes: [33, 131045, 133006, 133010], said }]);
    },
  );

  it('let a number go on whose name was approved, and a template that can be sent again', () => {
    expect(name('DECLINED', 'APPROVED')).toEqual([
      { codes: [131037], said: 'poll of name_status, APPROVED after DECLINED' },
    ]);
    expect(name('PENDING_REVIEW', 'AVAILABLE_WITHOUT_REVIEW')).toMatchObject([{ codes: [131037] }]);
    expect(template('PAUSED', 'APPROVED')).toMatchObject([{ codes: [132015, 132016] }]);
    expect(template('DISABLED', 'APPROVED')).toMatchObject([{ codes: [132015, 132016] }]);
  });

  it.each<[string, unknown[]]>([
    ['a number that was connected all the time', status('CONNECTED', 'CONNECTED')],
    [
      'a number that was banned, or restricted',
      [...status('BANNED', 'CONNECTED'), ...status('RESTRICTED', 'CONNECTED')],
    ],
    ['a number that was flagged for its quality', status('FLAGGED', 'CONNECTED')],
    ['a number that is not connected yet', status('DISCONNECTED', 'PENDING')],
    ['a name that is in review still', name('DECLINED', 'PENDING_REVIEW')],
    ['a template that was in review', template('PENDING', 'APPROVED')],
    ['a template that goes from one pause to the next', template('PAUSED', 'DISABLED')],
  ])('let nothing go on of %s', (_, released) => {
    expect(released).toEqual([]);
  });

  it('let nothing go on when either does not tell, or says a word that nobody knows', () => {
    const word = fc.option(fc.constantFrom('CONNECTED', 'DISCONNECTED', 'APPROVED', 'PAUSED', 'DECLINED'));
    const newWord = fc.string().filter((text) => !/^[A-Z_]+$/.test(text));
    fc.assert(
      fc.property(word, fc.oneof(fc.constant(null), newWord), (known, other) => {
        for (const judge of [status, name, template]) {
          expect([...judge(known, other), ...judge(other, known)]).toEqual([]);
        }
      }),
    );
  });

  it('release only what stops until somebody says so, and never what only a person may', () => {
    const released = [
      ...status('PENDING', 'CONNECTED'),
      ...name('NONE', 'APPROVED'),
      ...template('PAUSED', 'APPROVED'),
    ];
    const codes = released.flatMap((release) => release.codes);
    for (const code of codes) expect([code, STOP_RULES[code]?.endsAfterMs]).toEqual([code, null]);
    // Policy, spam, payment, misclassified templates.
    for (const code of [368, 131031, 131048, 131042, 141006, 131064]) expect(codes).not.toContain(code);
  });
});
