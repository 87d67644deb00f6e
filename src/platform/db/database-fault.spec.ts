import { describe, expect, it } from '@jest/globals';
import { databaseFault } from './database-fault.js';

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('what is wrong with a database at the start', () => {
  it('is said in a sentence: nobody answers, or it lets nobody in', () => {
    expect(databaseFault(withCode('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'))).toBe(
      'the database does not answer (connect ECONNREFUSED 127.0.0.1:1)',
    );
    expect(databaseFault(withCode('the database system is starting up', '57P03'))).toContain('does not answer');
    expect(databaseFault(withCode('database "x" does not exist', '3D000'))).toBe(
      'the database refuses us (database "x" does not exist)',
    );
    expect(databaseFault(withCode('password authentication failed', '28P01'))).toContain('refuses us');
  });

  it('names every address of a host that was tried, once', () => {
    const tried = ['::1', '127.0.0.1', '::1'].map((at) => new Error(`connect ECONNREFUSED ${at}:1`));
    const error = Object.assign(new AggregateError(tried), { code: 'ECONNREFUSED' });
    expect(databaseFault(error)).toBe(
      'the database does not answer (connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1)',
    );
  });

  it('is nothing when the error is about something else', () => {
    expect(databaseFault(new TypeError('x is not a function'))).toBeNull();
    expect(databaseFault(withCode('relation "messages" does not exist', '42P01'))).toBeNull();
  });
});
