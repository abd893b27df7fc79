-- pending_read: what waits in a bucket, for the metrics. Costs the same however much waits.
-- KEYS: 1 the bucket's prefix   ARGV: 1 most due items whose type is looked at
-- Reply: {due items, ms since the first of them was due (0 or less: it is not yet), documents of the outbox no notifier has finished with, due items as they were found, …}
command('pending_read', function(keys, argv)
  local due, outbox = keys[1] .. 'due', keys[1] .. 'outbox'
  local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
  local late = first[2] and now_ms() - tonumber(first[2]) or 0
  local documents = 0
  if redis.call('EXISTS', outbox) == 1 then
    for _, row in ipairs(redis.call('XINFO', 'GROUPS', outbox)) do
      local group = {}
      for index = 1, #row, 2 do group[row[index]] = row[index + 1] end
      if group['name'] == 'notifier' then documents = group['pending'] + (group['lag'] or 0) end
    end
  end
  return { redis.call('ZCARD', due), int(late), documents, unpack(redis.call('ZRANDMEMBER', due, argv[1])) }
end)
