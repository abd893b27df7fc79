-- Who may be heard: tokens for voice that are out, and what is to become of those who hold one when their role changes. The media are elsewhere (see livekit.ts), so
-- what must be revoked is noted here by the function that changes the role, and done until it is done. Parts of a bucket, each by '<channel> <number>':
--   voicetokens  zset  who got a token -> until when (ms) the newest can be used to join
--   voiceroles   hash  who must have another role there than a token of his says -> that role ('' none)
--   voicedue     zset  the same -> when it is to be seen to (ms)
local voice = {}
do
  -- A session outlives its token; one that is older is not known here any more.
  local KEPT_MS = 86400000
  -- A token may be used this long after its end: clocks differ.
  local SKEW_MS = 10000

  -- Notes that a member gets a token for his role as it is in this function. Returns until when it can be used.
  function voice.issued(bucket, channel, number, role, life_ms)
    local who, now = channel .. ' ' .. number, now_ms()
    redis.call('ZREMRANGEBYSCORE', bucket .. 'voicetokens', '-inf', int(now - KEPT_MS))
    redis.call('ZADD', bucket .. 'voicetokens', 'GT', int(now + life_ms), who)
    -- Older tokens that say something else may still be out.
    if redis.call('HEXISTS', bucket .. 'voiceroles', who) == 1 then redis.call('HSET', bucket .. 'voiceroles', who, role) end
    return now + life_ms
  end

  -- A member has another role now, or ('') none. Of one who never got a token nothing is to be done.
  function voice.changed(bucket, channel, number, role)
    local who = channel .. ' ' .. number
    if not redis.call('ZSCORE', bucket .. 'voicetokens', who) then return end
    redis.call('HSET', bucket .. 'voiceroles', who, role)
    redis.call('ZADD', bucket .. 'voicedue', int(now_ms()), who)
  end

  -- voice_issue: see voice.issued. KEYS are the channel's.
  -- ARGV: 1 channel, 2 number, 3 role, 4 how long the token can be used, ms   Reply: {'ok', until, ms}
  command('voice_issue', function(keys, argv)
    return { 'ok', int(voice.issued(keys[2], argv[1], argv[2], argv[3], tonumber(argv[4]))) }
  end)

  -- voice_change: see voice.changed. KEYS are the channel's.
  -- ARGV: 1 channel, 2 number, 3 role ('' none)   Reply: {'ok'}
  command('voice_change', function(keys, argv)
    voice.changed(keys[2], argv[1], argv[2], argv[3])
    return { 'ok' }
  end)

  -- voice_due: takes what is to be seen to, for so long; then others may. KEYS: 1 the bucket
  -- ARGV: 1 most, 2 for how long, ms, 3 only this one ('' any)   Reply: {'ok', channel and number, role, …}
  command('voice_due', function(keys, argv)
    local due, now, reply = keys[1] .. 'voicedue', now_ms(), { 'ok' }
    local found = { argv[3] }
    if argv[3] == '' then found = redis.call('ZRANGEBYSCORE', due, '-inf', int(now), 'LIMIT', 0, tonumber(argv[1])) end
    for _, who in ipairs(found) do
      if tonumber(redis.call('ZSCORE', due, who) or math.huge) <= now then
        redis.call('ZADD', due, int(now + argv[2]), who)
        reply[#reply + 1] = who
        reply[#reply + 1] = redis.call('HGET', keys[1] .. 'voiceroles', who) or ''
      end
    end
    return reply
  end)

  -- voice_done: a role has been set where the media are. While a token is out that says something else, it is set again from time to time, since it can be used to join.
  -- KEYS: 1 the bucket   ARGV: 1 channel and number, 2 the role that was set, 3 again after, ms   Reply: {'ok', '1' it was the last time}
  command('voice_done', function(keys, argv)
    local bucket, who, now = keys[1], argv[1], now_ms()
    if redis.call('HGET', bucket .. 'voiceroles', who) ~= argv[2] then
      redis.call('ZADD', bucket .. 'voicedue', 'XX', int(now), who)
      return { 'ok', '' }
    end
    local last = tonumber(redis.call('ZSCORE', bucket .. 'voicetokens', who) or 0) + SKEW_MS
    if now < last then
      redis.call('ZADD', bucket .. 'voicedue', int(math.min(now + argv[3], last)), who)
      return { 'ok', '' }
    end
    redis.call('HDEL', bucket .. 'voiceroles', who)
    redis.call('ZREM', bucket .. 'voicedue', who)
    return { 'ok', '1' }
  end)
end
