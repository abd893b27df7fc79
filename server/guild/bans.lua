-- Who cannot become a member of a guild; the parts are in ../moderation/audit.lua.

-- guild_ban: a player cannot become a member until a time ('0': ever); a member is removed.
-- ARGV: 1 channel, 2 player, 3 entries to keep, 4 caller: who may ban and outranks him, 5 why, 6 until (ms), 7 most bans
-- Reply: {'ok', number of his claim ('' he was no member)}
-- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'bad-request'} (until is past), {'last-leader'}, {'bans-full'}
command('guild_ban', function(keys, argv)
  local owner, bucket, channel, player, now = keys[1], keys[2], argv[1], argv[2], now_ms()
  if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
  local refusal, caller = refused(owner, argv[4], 'ban')
  if refusal then return { refusal } end
  local record = redis.call('HGET', owner .. 'members', player)
  local member = record and cjson.decode(record)
  if member and not outranks(caller, member) then return { 'not-permitted' } end
  local ends = tonumber(argv[6])
  if ends ~= 0 and ends <= now then return { 'bad-request' } end
  if member and member.rank == 'leader' and redis.call('HLEN', owner .. 'members') > 1 then return { 'last-leader' } end
  local stored = redis.call('HGET', owner .. 'bans', player)
  if bans_are_full(owner, player, tonumber(argv[7])) then return { 'bans-full' } end
  if stored and not member then
    local ban = cjson.decode(stored)
    if (ban.ends or 0) == ends and ban.reason == argv[5] then return { 'ok', '' } end
  end
  put_ban(owner, player, argv[4], ends ~= 0 and ends or nil, argv[5])
  for _, part in ipairs({ 'requests', 'invited' }) do forget_waiting(owner, part, player) end
  if member then
    dismiss(owner, bucket, channel, player, member, '6', argv[3], caller and caller.n)
    raise_fence(owner, player, member.c)
    happened(bucket, 'member-kicked', { channel = channel, player = player, by = argv[4], reason = argv[5] })
  end
  audit(owner, { act = 'ban', by = argv[4], whom = player, why = argv[5], ['until'] = ends ~= 0 and ends or nil })
  happened(bucket, 'sanction', { channel = channel, player = player, by = argv[4], sanction = 'ban', ['until'] = ends, reason = argv[5] })
  return { 'ok', member and int(member.c) or '' }
end)
