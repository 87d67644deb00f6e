/** What Meta says with a code. */
export interface ErrorFacts {
  readonly status: number;
  readonly title: string;
  /** Usual `error_data.details`; '' where Meta sends none. */
  readonly details: string;
  readonly subcode?: number;
  /** For people, with codes that have it. */
  readonly user?: { readonly title: string; readonly message: string };
}

const bad = (title: string, details = title): ErrorFacts => ({ status: 400, title, details });
const forbidden = (title: string, details = title): ErrorFacts => ({ status: 403, title, details });
const broken = (title: string, details = title): ErrorFacts => ({ status: 500, title, details });

/** Codes the simulator can answer with or put into a failed status. Source: cloud-api.md §5. */
export const ERRORS: Readonly<Record<number, ErrorFacts>> = {
  1: bad('Unknown error', 'Invalid request or possible server error.'),
  2: broken('Service temporarily unavailable', 'Temporary due to downtime or overload.'),
  3: broken('API Method', 'Capability or permissions issue.'),
  4: bad('Application request limit reached', 'The app has reached its API call rate limit.'),
  10: forbidden('Permission Denied', 'Permission is either not granted or has been removed.'),
  33: bad('Parameter value is not valid', 'The business phone number has been deleted.'),
  100: bad('Invalid parameter', 'The request has an unsupported or misspelled parameter.'),
  190: { status: 401, title: 'Invalid OAuth access token - Cannot parse access token', details: '' },
  200: forbidden('API Permission', 'Permission is either not granted or has been removed.'),
  368: forbidden('Temporarily blocked for policies violations', 'The account has been restricted.'),
  613: bad('Calls to this api have exceeded the rate limit'),
  80007: bad('Rate limit issues', 'The WhatsApp Business Account has reached its rate limit.'),
  80008: bad('There have been too many calls to this WhatsApp Business account', 'Wait a bit and try again.'),
  130403: bad('Business blocked the user', 'The business has blocked this user.'),
  130429: { ...bad('Rate limit hit', 'Cloud API message throughput has been reached.'), subcode: 2494055 },
  130472: bad("User's number is part of an experiment", 'Message was not sent as part of an experiment.'),
  130497: forbidden('Business account is restricted from messaging users in this country'),
  131000: broken('Something went wrong', 'Message failed to send due to an unknown error.'),
  131005: forbidden('Access denied', 'Permission is either not granted or has been removed.'),
  131008: bad('Required parameter is missing', 'A required parameter is missing.'),
  131009: bad('Parameter value is not valid', 'A parameter value is not valid.'),
  131014: bad('Request for url failed', 'The media link could not be fetched.'),
  131016: broken('Service unavailable', 'A service is temporarily unavailable.'),
  131021: bad('Recipient cannot be sender', 'Sender and recipient phone number are the same.'),
  131026: bad('Message undeliverable', 'Message Undeliverable.'),
  131030: {
    ...bad('Recipient phone number not in allowed list'),
    subcode: 2655007,
    user: {
      title: 'Recipient phone number not in allowed list',
      message: 'Add recipient phone number to recipient list and try again.',
    },
  },
  131031: forbidden('Account has been locked', 'The account has been restricted or disabled.'),
  131037: bad('Display name approval needed', 'The display name of this phone number has not been approved.'),
  131042: bad('Business eligibility payment issue', 'There is a problem with the payment method.'),
  131045: broken('Incorrect certificate', 'Message failed to send due to a phone number registration error.'),
  131047: bad(
    'Re-engagement message',
    'More than 24 hours have passed since the customer last replied to this number.',
  ),
  131048: bad('Spam rate limit hit', 'Message failed to send due to spam restrictions.'),
  131049: bad(
    'This message was not delivered to maintain healthy ecosystem engagement.',
    'In order to maintain a healthy ecosystem engagement, the message failed to be delivered.',
  ),
  131050: bad('User stopped marketing messages', 'The recipient has opted out of marketing.'),
  131051: bad('Unsupported message type', 'Message type is not currently supported.'),
  131052: bad('Media download error', 'Failed to download the media.'),
  131053: bad(
    'Media upload error',
    'Downloading media from weblink failed with http code 404, status message Not Found',
  ),
  131055: bad('Method not allowed', 'Only marketing templates can be sent with this endpoint.'),
  131056: bad(
    '(Business Account, Consumer Account) pair rate limit hit',
    'Too many messages from this sender to the same recipient in a short time.',
  ),
  131057: broken('Account in maintenance mode', 'The account is in maintenance mode.'),
  131062: bad(
    'Business-scoped user ID recipients are not supported for this message',
    'Authentication templates with a one-tap, zero-tap or copy-code button need a phone number.',
  ),
  131063: bad('Marketing messages are disabled on Cloud API', 'Send them with the Marketing Messages API.'),
  131064: bad('Template classification messaging limit reached'),
  132000: bad('Number of parameters does not match the expected number of params'),
  132001: {
    status: 404,
    title: 'Template name does not exist in the translation',
    details: 'The template does not exist.',
  },
  132005: bad('Translated text too long'),
  132007: bad('Template format character policy violated'),
  132012: bad('Parameter format does not match format in the created template'),
  132015: bad('Template is paused', 'The template is paused due to low quality.'),
  132016: bad('Template is disabled', 'The template has been paused too many times.'),
  132018: bad('There is an issue with the template parameters'),
  132068: bad('Flow is blocked', 'The flow is in blocked state.'),
  132069: bad('Flow is throttled', '10 messages of this flow were sent in the last hour.'),
  133000: broken('Incomplete deregistration', 'A previous deregistration attempt failed.'),
  133004: { status: 503, title: 'Server temporarily unavailable', details: 'Server is temporarily unavailable.' },
  133005: bad('Two step verification PIN mismatch', 'The PIN is wrong.'),
  133006: bad('Phone number re-verification needed', 'The phone number must be verified before it is registered.'),
  133008: bad('Too many two step verification PIN guesses', 'Too many wrong PINs.'),
  133009: bad('Two step verification PIN guessed too fast', 'Wrong PINs came too fast.'),
  133010: bad('Account not registered', 'The phone number is not registered.'),
  133015: bad('Please wait a few minutes before attempting to register', 'The phone number was deleted lately.'),
  133016: bad(
    'Account register deregister rate limit exceeded',
    'There were too many attempts to register or deregister this phone number. Wait 72 hours.',
  ),
  134100: bad('Only marketing messages supported'),
  134101: bad('Template still syncing', 'The template is not ready yet: wait up to 10 minutes after its creation.'),
  134102: broken('Template unavailable for use', 'The template is not eligible.'),
  135000: bad('Generic user error', 'Message failed to send because of an unknown error with your request parameters.'),
  136024: bad('Request code error', 'The code cannot be sent.'),
  136025: bad('Verify code error', 'The code cannot be verified.'),
  137000: bad('Recipient identity key hash mismatch', 'The identity of the recipient has changed.'),
  139200: bad('Direct send error'),
};

/** Facts of a code that is not listed. */
export const UNKNOWN: ErrorFacts = bad('Unknown error', 'The simulator knows no text for this code.');
