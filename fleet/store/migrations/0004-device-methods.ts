/** What a device can be asked to do beside writing points, as the gateway reports it. */
export const deviceMethods = `
alter table device add column methods jsonb;
`;
