-- The mail of a guild's leader. Further parts of a guild:
--   info      mailAt (of the newest mail, ms)
--   mails     hash        id ('<epoch>-<seq>') -> JSON {id, epoch, seq, at, sent (when, by the clock; `at` never runs backwards), from, title, text, gone (true: it was deleted)?};   mailorder  sorted set  id -> seq
--   mailread:<id> set     numbers of members who have read it

local function drop_mail(owner, id)
  redis.call('HDEL', owner .. 'mails', id)
  redis.call('ZREM', owner .. 'mailorder', id)
  redis.call('UNLINK', owner .. 'mailread:' .. id)
end

do
  local MAIL_KEPT_MS = 30 * 86400000
  local MOST_MAILS = 20
  local QUOTA_MS = 86400000
  local MAIL = '18'

  -- guild_mail: writes mail to all members. What was written more than 30 days ago, or before the newest twenty, goes.
  -- ARGV: 1 channel, 2 author ('' the backend), 3 nonce, 4 title, 5 text, 6 print of what is asked, 7 most of members' mails within 24 hours, 8 entries to keep
  -- Reply: {'ok', epoch, seq, at, repeated (0|1)}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'muted', until}, {'key-reused'}, {'mail-quota', when the next may be sent}
  command('guild_mail', function(keys, argv)
    local owner, bucket, channel, author, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 or redis.call('HEXISTS', owner .. 'info', 'ending') == 1 then return { 'guild-not-found' } end
    local number = author == '' and '0' or redis.call('HGET', owner .. 'numbers', author)
    if not number then return { 'not-member' } end
    local field = number .. ':' .. argv[3]
    local first = first_result(owner, field, argv[6], now)
    if first then return first end
    local refusal, member = refused(owner, author, 'mail')
    if refusal then return { refusal } end
    if member and member.mutedUntil and member.mutedUntil > now then return { 'muted', member.mutedUntil } end
    local quota, mails, counted = tonumber(argv[7]), {}, {}
    for _, id in ipairs(redis.call('ZRANGE', owner .. 'mailorder', 0, -1, 'REV')) do
      local mail = cjson.decode(redis.call('HGET', owner .. 'mails', id))
      mails[#mails + 1] = mail
      -- What was sent by a clock that was far ahead does not hold anybody up until then.
      local sent = mail.sent or mail.at
      if mail.from ~= 0 and sent <= now + QUOTA_MS then counted[#counted + 1] = sent end
    end
    local last = quota == 0 and now or counted[quota]
    if author ~= '' and last and last > now - QUOTA_MS then return { 'mail-quota', int(last + QUOTA_MS) } end
    local state = open_channel(owner, bucket, channel)
    local body = cjson.encode({ title = argv[4], text = argv[5] })
    write_entry(owner, bucket, channel, state, { kind = MAIL, from = number, body = body, countable = 1, keep = argv[8], now = now })
    keep_nonce(owner, field, argv[6], state, now)
    local id = int(state.epoch) .. '-' .. int(state.head)
    redis.call('HSET', owner .. 'mails', id, '{"id":"' .. id .. '","epoch":' .. int(state.epoch) .. ',"seq":' .. int(state.head) .. ',"at":' .. int(state.at)
      .. ',"sent":' .. int(now) .. ',"from":' .. number .. ',' .. string.sub(body, 2))
    redis.call('ZADD', owner .. 'mailorder', int(state.head), id)
    for index, old in ipairs(mails) do
      if index >= MOST_MAILS or old.at <= now - MAIL_KEPT_MS then drop_mail(owner, old.id) end
    end
    if author ~= '' then
      redis.call('SADD', owner .. 'mailread:' .. id, number)
      redis.call('PEXPIRE', owner .. 'mailread:' .. id, MAIL_KEPT_MS)
      set_read(owner, author, state.epoch, state.head, state.count)
    end
    to_outbox(bucket, '{"type":"notice","about":"announcement","channel":' .. cjson.encode(channel) .. ',"epoch":' .. int(state.epoch) .. ',"seq":' .. int(state.head)
      .. ',"at":' .. int(state.at) .. ',"from":' .. number .. ',"author":' .. cjson.encode(author) .. ',"kind":' .. MAIL .. ',"body":' .. body .. '}')
    mark_news(owner, bucket, channel, state)
    redis.call('HSET', owner .. 'info', 'mailAt', int(state.at))
    touch(owner)
    return { 'ok', state.epoch, state.head, state.at, 0 }
  end)

  -- guild_mails: the mails there are, the newest first. Mail from before a member joined is nothing he has to read.
  -- ARGV: 1 caller ('' the backend)   Reply: {'ok', {JSON, 1 nothing to read for the caller | 0, how many have read it (-1: not for the caller to know)} for each}
  -- Errors: {'guild-not-found'}, {'not-member'}
  command('guild_mails', function(keys, argv)
    local owner, now = keys[1], now_ms()
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    local member
    if argv[1] ~= '' then
      local record = redis.call('HGET', owner .. 'members', argv[1])
      if not record then return { 'not-member' } end
      member = cjson.decode(record)
    end
    local reply = { 'ok' }
    for _, id in ipairs(redis.call('ZRANGE', owner .. 'mailorder', 0, -1, 'REV')) do
      local mail = redis.call('HGET', owner .. 'mails', id)
      local at, gone = cjson.decode(mail).at, cjson.decode(mail).gone
      if at > now - MAIL_KEPT_MS and not gone then
        local is_read = not member or at < member.at or redis.call('SISMEMBER', owner .. 'mailread:' .. id, int(member.n)) == 1
        local knows = not member or permits(owner, member.rank, 'mail')
        reply[#reply + 1] = { mail, is_read and 1 or 0, knows and redis.call('SCARD', owner .. 'mailread:' .. id) or -1 }
      end
    end
    return reply
  end)

  -- guild_mail_read: a member has read a mail.
  -- ARGV: 1 player, 2 id   Reply: {'ok', newly (0|1)}   Errors: {'guild-not-found'}, {'not-member'}, {'mail-not-found'}
  command('guild_mail_read', function(keys, argv)
    local owner, id = keys[1], argv[2]
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    local record = redis.call('HGET', owner .. 'members', argv[1])
    if not record then return { 'not-member' } end
    if redis.call('HEXISTS', owner .. 'mails', id) == 0 then return { 'mail-not-found' } end
    local newly = redis.call('SADD', owner .. 'mailread:' .. id, int(cjson.decode(record).n))
    redis.call('PEXPIRE', owner .. 'mailread:' .. id, MAIL_KEPT_MS)
    return { 'ok', newly }
  end)
end
