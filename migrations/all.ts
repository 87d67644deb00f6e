import { Tenants1764000000001 } from './1764000000001-tenants.js';
import { Messages1764000000002 } from './1764000000002-messages.js';
import { Webhooks1764000000003 } from './1764000000003-webhooks.js';
import { ScheduledJobs1764000000004 } from './1764000000004-scheduled-jobs.js';
import { Limits1764000000010 } from './1764000000010-limits.js';
import { MessageEnvelope1764000000030 } from './1764000000030-message-envelope.js';
import { Templates1764000000031 } from './1764000000031-templates.js';
import { InboundRead1764000000040 } from './1764000000040-inbound-read.js';
import { Consent1764000000041 } from './1764000000041-consent.js';
import { Media1764000000050 } from './1764000000050-media.js';
import { RateLimitPolicies1764000000062 } from './1764000000062-rate-limit-policies.js';
import { MessagingLimit1764000000063 } from './1764000000063-messaging-limit.js';
import { StopVersions1764000000065 } from './1764000000065-stop-versions.js';
import { Escalations1764000000067 } from './1764000000067-escalations.js';
import { MarketingRefusals1764000000068 } from './1764000000068-marketing-refusals.js';
import { Pools1764000000070 } from './1764000000070-pools.js';
import { MessagePool1764000000071 } from './1764000000071-message-pool.js';
import { PoolQueues1764000000072 } from './1764000000072-pool-queues.js';
import { InboundMedia1764000000074 } from './1764000000074-inbound-media.js';
import { ContentRetention1764000000075 } from './1764000000075-content-retention.js';
import { Erasures1764000000076 } from './1764000000076-erasures.js';
import { MarketingCaps1764000000079 } from './1764000000079-marketing-caps.js';
import { WabaCalls1764000000080 } from './1764000000080-waba-calls.js';
import { FairnessKeys1764000000083 } from './1764000000083-fairness-keys.js';
import { IdempotentAnswers1764000000085 } from './1764000000085-idempotent-answers.js';
import { TemplateLists1764000000090 } from './1764000000090-template-lists.js';
import { MessagesRefused1764000000091 } from './1764000000091-messages-refused.js';
import { MediaFailures1764000000092 } from './1764000000092-media-failures.js';
import { NameStatus1764000000093 } from './1764000000093-name-status.js';
import { FullHourSpread1764000000094 } from './1764000000094-full-hour-spread.js';
import { FailedMedia1764000000095 } from './1764000000095-failed-media.js';
import { LanePauses1764000000096 } from './1764000000096-lane-pauses.js';
import { LateRefusals1764000000097 } from './1764000000097-late-refusals.js';

/** Every migration, oldest first. A new one is a new file and a line here; one that has landed is never edited. */
export const MIGRATIONS = [
  Tenants1764000000001,
  Messages1764000000002,
  Webhooks1764000000003,
  ScheduledJobs1764000000004,
  Limits1764000000010,
  MessageEnvelope1764000000030,
  Templates1764000000031,
  InboundRead1764000000040,
  Consent1764000000041,
  Media1764000000050,
  RateLimitPolicies1764000000062,
  MessagingLimit1764000000063,
  StopVersions1764000000065,
  Escalations1764000000067,
  MarketingRefusals1764000000068,
  Pools1764000000070,
  MessagePool1764000000071,
  PoolQueues1764000000072,
  InboundMedia1764000000074,
  ContentRetention1764000000075,
  Erasures1764000000076,
  MarketingCaps1764000000079,
  WabaCalls1764000000080,
  FairnessKeys1764000000083,
  IdempotentAnswers1764000000085,
  TemplateLists1764000000090,
  MessagesRefused1764000000091,
  MediaFailures1764000000092,
  NameStatus1764000000093,
  FullHourSpread1764000000094,
  FailedMedia1764000000095,
  LanePauses1764000000096,
  LateRefusals1764000000097,
];
