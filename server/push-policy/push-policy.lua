-- The studio's policy of pushes. Its owner key is 'studio'. Parts:
--   pushpolicy  string  JSON, as the studio put it, see shared/push-policy.ts;   feed  pub/sub: 'n' when it has changed

-- push_policy: the studio's policy is this. The same again changes nothing.
-- ARGV: 1 JSON   Reply: {'ok'}
command('push_policy', function(keys, argv)
  local policy = keys[1] .. 'pushpolicy'
  if redis.call('GET', policy) == argv[1] then return { 'ok' } end
  redis.call('SET', policy, argv[1])
  redis.call('SPUBLISH', keys[1] .. 'feed', 'n')
  return { 'ok' }
end)
