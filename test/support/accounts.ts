/** The simulator's assets, owned by the first tenant (docs/simulator.md), with an account of a second tenant beside. */
export const LUCKY = {
  businessId: '2729063490586005',
  appId: '634974688087057',
  appSecret: 'secret-of-the-lucky-app',
  verifyToken: 'verify-token-of-the-lucky-app',
  wabaId: '102290129340398',
  accessToken: 'EAATestAccessTokenOfLuckyShrub',
  phoneNumberId: '106540352242922',
  keys: {
    all: 'test-key-of-lucky-shrub-for-everything-0001',
    messagesRead: 'test-key-of-lucky-shrub-for-reading-00002',
    accountsRead: 'test-key-of-lucky-shrub-for-accounts-0003',
    nothing: 'test-key-of-lucky-shrub-for-nothing-00004',
  },
} as const;

/** Another tenant with an app, an account and a number of its own, of which Meta (the simulator) knows nothing. */
export const OTHER = {
  businessId: '300000000000001',
  appId: '300000000000002',
  appSecret: 'secret-of-the-other-app',
  verifyToken: 'verify-token-of-the-other-app',
  wabaId: '300000000000003',
  accessToken: 'EAATestAccessTokenOfTheOther',
  phoneNumberId: '300000000000004',
  keys: { all: 'test-key-of-the-other-tenant-for-everything' },
} as const;

/** The keys and secrets that every gateway of the suites runs with. */
export const SECRETS = {
  ENCRYPTION_KEYS: `test:${Buffer.from('heliograph-test-encryption-key-1').toString('base64')}`,
  API_KEY_PEPPER: 'pepper-of-the-test-suites',
} as const;

/** What of the bootstrap file a test may want otherwise. */
export interface BootstrapChanges {
  /** Absent: the first tenant's numbers are read from the Graph API. */
  readonly numbersOfLucky?: readonly string[];
  readonly appSecretOfLucky?: string;
}

/** The bootstrap file of both tenants. */
export function bootstrapFile(changes: BootstrapChanges = {}): object {
  const numbers = changes.numbersOfLucky?.map((id) => ({
    phone_number_id: id,
    display_phone_number: '+1 555 078 3881',
  }));
  const [all, messagesRead, accountsRead, nothing] = Object.values(LUCKY.keys);
  return {
    portfolios: [
      {
        business_id: LUCKY.businessId,
        name: 'Lucky Shrub',
        api_keys: [
          { name: 'all', key: all, scopes: ['*'] },
          { name: 'messages read', key: messagesRead, scopes: ['messages:read'] },
          { name: 'accounts read', key: accountsRead, scopes: ['accounts:*'] },
          { name: 'nothing', key: nothing, scopes: ['nothing:at-all'] },
        ],
        apps: [
          {
            app_id: LUCKY.appId,
            app_secret: changes.appSecretOfLucky ?? LUCKY.appSecret,
            verify_token: LUCKY.verifyToken,
          },
        ],
        wabas: [
          {
            waba_id: LUCKY.wabaId,
            app_id: LUCKY.appId,
            access_token: LUCKY.accessToken,
            ...(numbers === undefined ? {} : { phone_numbers: numbers }),
          },
        ],
      },
      {
        business_id: OTHER.businessId,
        name: 'Other',
        api_keys: [{ name: 'all', key: OTHER.keys.all, scopes: ['*'] }],
        apps: [{ app_id: OTHER.appId, app_secret: OTHER.appSecret, verify_token: OTHER.verifyToken }],
        wabas: [
          {
            waba_id: OTHER.wabaId,
            app_id: OTHER.appId,
            access_token: OTHER.accessToken,
            phone_numbers: [{ phone_number_id: OTHER.phoneNumberId, display_phone_number: '+1 555 078 3999' }],
          },
        ],
      },
    ],
  };
}
