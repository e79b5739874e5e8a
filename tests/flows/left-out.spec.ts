import { expect, notApplicable, test, triggerNames } from '../../fixtures/index.js';

test('email-otp/domain-defaults-to-local', async ({ silence, users }) => {
  if (users.allWithMail().every(({ domain }) => domain.toUpperCase() !== 'LOCAL'))
    notApplicable('no user with mail is of the domain LOCAL');
  const heard = await silence.after(triggerNames.noDomain);

  expect(heard.answer).toBeAccepted();
  expect(heard).toHaveMailed([heard.trigger.address]);
});
