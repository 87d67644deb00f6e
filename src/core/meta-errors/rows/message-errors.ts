import { type MetaErrorRows, rejected, unknown } from '../meta-error-row.js';

/** Codes about one message: its content, its recipient, its media, or a fault of Meta while taking it. */
export const MESSAGE_ERRORS: MetaErrorRows = {
  1: unknown('API Unknown', 'Meta failed for a reason it does not name, so wait for a status before doing anything.'),
  2: unknown('API Service', 'Meta was overloaded and may have taken the message all the same, so wait for a status.'),
  131000: unknown('Something went wrong', 'Meta failed half-way and may have taken the message, so wait for a status.'),
  100: rejected(
    'Invalid parameter',
    'Something in the request is misspelt, too long or the wrong id; read the details.',
    {
      alert: 'operator',
    },
  ),
  130403: rejected('Business blocked the user', 'The business itself has blocked this person, so unblock them first.'),
  130472: rejected(
    "User's number is part of an experiment",
    'Meta holds marketing back from this person for an experiment, so do not send the template again.',
  ),
  131008: rejected(
    'Required parameter is missing',
    'The message lacks something its kind needs; the details say what.',
  ),
  131009: rejected('Parameter value is not valid', 'A value of the message is not allowed; the details say which.'),
  131014: rejected(
    'Request for url failed',
    'Meta could not fetch the media link, so upload the file and send its id.',
    {
      source: 'wild',
    },
  ),
  131021: rejected('Recipient cannot be sender', 'The number was told to write to itself.'),
  131026: rejected(
    'Message undeliverable',
    'The recipient is not on WhatsApp, has an old client or may not be written to; Meta does not say which.',
  ),
  131047: rejected(
    'Re-engagement message',
    'More than 24 hours have passed since the person last wrote, so send a template.',
  ),
  131049: rejected(
    'Meta chose not to deliver',
    'The person has had enough marketing for now, so wait at least 24 hours; trying again sooner prolongs it.',
  ),
  131050: rejected(
    'User stopped marketing messages',
    'The person does not want marketing of this business, so leave them out of campaigns.',
  ),
  131051: rejected('Unsupported message type', 'Meta does not know this kind of message.'),
  131052: rejected('Media download error', 'Media that a person sent could not be fetched, so ask for it another way.'),
  131053: rejected(
    'Media upload error',
    'Meta could not fetch or take the media, so upload the file beforehand and send its id.',
  ),
  131055: rejected('Method not allowed', 'Only marketing templates may go by marketing_messages, so use messages.'),
  131062: rejected(
    'BSUID recipients not supported for this message',
    'Authentication templates with a code button need a phone number as the recipient.',
  ),
  134100: rejected(
    'Only marketing messages supported',
    'This endpoint takes marketing templates only, so use messages.',
  ),
  135000: rejected('Generic user error', 'Meta refuses the request without naming a reason; read the details.', {
    alert: 'operator',
  }),
  137000: rejected(
    'Recipient identity key hash mismatch',
    'The person has changed their device or is another person, so confirm who they are first.',
  ),
  139200: rejected('Direct send error', 'Meta does not send this text without a template; the details say why.'),
};
