-- What processes need that take wars from step to step: what is due, who looks at it, and when it rests; see war.lua for what is kept.

do
  local id_of, rearm, phase_of, OVER, PARTS = wars.id_of, wars.rearm, wars.phase_of, wars.OVER, wars.PARTS
  local KEPT_MS = 120 * 86400000

  -- war_due: what is to be looked at in a bucket now or soon. KEYS[1] is the bucket's prefix.
  -- ARGV: 1 how far ahead (ms), 2 most   Reply: {now (ms), item, when (ms), …}
  command('war_due', function(keys, argv)
    local now = now_ms()
    return { int(now), unpack(redis.call('ZRANGE', keys[1] .. 'wardue', '-inf', int(now + tonumber(argv[1])), 'BYSCORE', 'LIMIT', 0, argv[2], 'WITHSCORES')) }
  end)

  -- war_forget: an item that leads nowhere. KEYS[1] is the bucket's prefix. ARGV: 1 item   Reply: {'ok'}
  command('war_forget', function(keys, argv)
    redis.call('ZREM', keys[1] .. 'wardue', argv[1])
    return { 'ok' }
  end)

  -- war_lease: one process at a time looks at a war.
  -- ARGV: 1 holder, 2 for how long (ms; 0 gives it back)   Reply: {'ok'}   Errors: {'busy'}, {'war-not-found'}
  command('war_lease', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'lease', 'leaseUntil')
    if not info[1] then return { 'war-not-found' } end
    if info[2] and info[2] ~= argv[1] and now < tonumber(info[3]) and tonumber(info[3]) - now < 60000 then return { 'busy' } end
    redis.call('HSET', owner .. 'info', 'lease', argv[1], 'leaseUntil', int(now + tonumber(argv[2])))
    return { 'ok' }
  end)

  -- war_said: an item of the news has been told to both guilds. ARGV: 1 the item as it stands in `news`   Reply: {'ok'}
  command('war_said', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('LREM', owner .. 'news', 1, argv[1]) == 1 then rearm(owner, bucket, now_ms()) end
    return { 'ok' }
  end)

  -- war_wait: settling goes on after a while. ARGV: 1 ms   Reply: {'ok'}
  command('war_wait', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    if redis.call('EXISTS', owner .. 'info') == 1 then
      redis.call('HSET', owner .. 'info', 'again', int(now + tonumber(argv[1])))
      rearm(owner, bucket, now)
    end
    return { 'ok' }
  end)

  -- war_closed: both guilds are free again and know how it ended: it rests. Reply: {'ok'}
  command('war_closed', function(keys)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local phase = phase_of(owner)
    if not phase or not OVER[phase] then return { 'ok' } end
    redis.call('HSET', owner .. 'info', 'closed', '1')
    redis.call('HDEL', bucket .. 'warversions', id_of(owner))
    for _, part in ipairs(PARTS) do redis.call('PEXPIRE', owner .. part, KEPT_MS) end
    rearm(owner, bucket, now)
    return { 'ok' }
  end)
end
