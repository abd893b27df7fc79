-- Ranks of a guild's members, and what each rank may do.

-- Why a caller may not do what is the leader's and the backend's ('') alone, in a guild that stands; nil when he may.
local function refused_to_all_but_leader(owner, caller)
  if not stands(owner) then return 'guild-not-found' end
  if caller == '' then return nil end
  local record = redis.call('HGET', owner .. 'members', caller)
  if not record then return 'not-member' end
  if cjson.decode(record).rank ~= 'leader' then return 'not-permitted' end
  return nil
end

-- guild_permissions: which ranks may do what, where the guild has settled it.
-- Reply: {'ok', {permission, ranks (',leader,officer,'), …}}   Errors: {'guild-not-found'}
command('guild_permissions', function(keys)
  local owner = keys[1]
  if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
  local own, info = {}, redis.call('HGETALL', owner .. 'info')
  for index = 1, #info, 2 do
    local permission = string.match(info[index], '^may:(.+)$')
    if permission then
      own[#own + 1] = permission
      own[#own + 1] = info[index + 1]
    end
  end
  return { 'ok', own }
end)

-- guild_permit: settles which ranks may do what.
-- ARGV: 1 caller (the leader or the backend), then permissions and their ranks (',leader,officer,')
-- Reply: {'ok'}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
command('guild_permit', function(keys, argv)
  local owner, bucket = keys[1], keys[2]
  local refusal = refused_to_all_but_leader(owner, argv[1])
  if refusal then return { refusal } end
  local changed = {}
  for index = 2, #argv, 2 do
    if redis.call('HGET', owner .. 'info', 'may:' .. argv[index]) ~= argv[index + 1] then changed[#changed + 1] = argv[index] .. ': ' .. string.sub(argv[index + 1], 2, -2) end
    redis.call('HSET', owner .. 'info', 'may:' .. argv[index], argv[index + 1])
  end
  if #changed == 0 then return { 'ok' } end
  audit(owner, { act = 'permit', by = argv[1], what = table.concat(changed, '; ') })
  happened(bucket, 'guild-permissions', { guild = guild_of(owner), by = argv[1] })
  return { 'ok' }
end)

local function set_rank(owner, bucket, channel, state, player, member, rank, keep)
  member.rank = rank
  redis.call('HSET', owner .. 'members', player, cjson.encode(member))
  place(owner, player, rank, member.n)
  local body = '{"who":' .. int(member.n) .. ',"rank":"' .. rank .. '"}'
  write_entry(owner, bucket, channel, state, { kind = '7', from = '0', body = body, countable = 0, keep = keep })
end

-- guild_rank: another rank for a member. A new leader takes the place of the old one, who becomes officer.
-- ARGV: 1 channel, 2 player, 3 rank, 4 entries to keep, 5 caller: gives ranks below his own to those below him; the leader may give his own away
-- Reply: {'ok'}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'member-not-found'}, {'last-leader'}
command('guild_rank', function(keys, argv)
  local owner, bucket, channel, player, rank = keys[1], keys[2], argv[1], argv[2], argv[3]
  if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
  local refusal, caller = refused(owner, argv[5], 'promote')
  if refusal then return { refusal } end
  local record = redis.call('HGET', owner .. 'members', player)
  if not record then return { 'member-not-found' } end
  local member = cjson.decode(record)
  if member.rank == rank then return { 'ok' } end
  if caller and caller.rank ~= 'leader' and not (outranks(caller, member) and outranks(caller, { rank = rank })) then return { 'not-permitted' } end
  if member.rank == 'leader' then return { 'last-leader' } end
  local state = open_channel(owner, bucket, channel)
  if rank == 'leader' then
    local all = redis.call('HGETALL', owner .. 'members')
    for index = 1, #all, 2 do
      local other = cjson.decode(all[index + 1])
      if other.rank == 'leader' then set_rank(owner, bucket, channel, state, all[index], other, 'officer', argv[4]) end
    end
  end
  local from = member.rank
  set_rank(owner, bucket, channel, state, player, member, rank, argv[4])
  touch(owner)
  audit(owner, { act = 'rank', by = argv[5], whom = player, from = from, rank = rank })
  happened(bucket, 'rank-changed', { channel = channel, player = player, from = from, rank = rank, by = argv[5] })
  return { 'ok' }
end)
