import { phoneNumberIds, recipientOf, textOf } from './accounts.js';

/** Messages number `first` to `first + count - 1` as bodies of `POST /v1/messages`, spread evenly over the numbers. */
export function* messagesFrom(first: number, count: number, numbers: number): Generator<object, void> {
  const ids = phoneNumberIds(numbers);
  for (let i = first; i < first + count; i += 1) {
    yield { phone_number_id: ids[i % ids.length], to: recipientOf(i), type: 'text', text: textOf(i) };
  }
}
