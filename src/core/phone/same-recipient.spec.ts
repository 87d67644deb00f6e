import { describe, expect, it } from '@jest/globals';
import { isSameRecipient } from './same-recipient.js';

describe('the recipient that Meta reports', () => {
  it.each([
    ['the same digits', '+16505551234', null, '16505551234'],
    ['the answer of the send', '+5511912345678', '551112345678', '551112345678'],
    ["Brazil's number without the ninth digit", '+5511912345678', null, '551112345678'],
    ["Mexico's number with its mobile prefix", '+525512345678', null, '5215512345678'],
    ["Argentina's number with its mobile prefix", '+541112345678', null, '5491112345678'],
    ['the answer of the send, though no digit agrees', '+16505551234', '999', '999'],
  ])('is ours by %s', (_, sentTo, waId, reported) => {
    expect(isSameRecipient(sentTo, waId, reported)).toBe(true);
  });

  it.each([
    ['another subscriber', '+16505551234', null, '16505551235'],
    ['another subscriber than the answer named', '+16505551234', '16505551234', '16505550000'],
    ['too few digits to tell', '+16505551234', null, '551234'],
    ['nothing', '+16505551234', null, ''],
    ['a group', '+16505551234', null, 'group'],
  ])('is not ours with %s', (_, sentTo, waId, reported) => {
    expect(isSameRecipient(sentTo, waId, reported)).toBe(false);
  });
});
