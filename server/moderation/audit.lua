-- What officers and the game's backend did to others, and who may not come in. Parts of an owner (a channel's, or a player's for what concerns the whole game):
--   audit   stream  field d: JSON {act, at, by ('' the game's backend), whom?, why?, and what the act says besides}; the last 10,000, for 180 days
--   bans    hash    player -> JSON {by, reason, at, ends}, times in ms; without `ends` it is for ever
--   mutes   hash    player -> until when he may not write (ms), also while he is no member
--   purges  hash    member's number -> '<seq>:<number>': all that he wrote up to this seq is deleted, by that member (see purge.lua)

local AUDIT_MS = 180 * 86400000

-- Writes down an act, in the function that does it.
local function audit(owner, row)
  local ROWS = 10000
  row.at = now_ms()
  redis.call('XADD', owner .. 'audit', 'MAXLEN', '~', ROWS, '*', 'd', cjson.encode(row))
  redis.call('XTRIM', owner .. 'audit', 'MINID', '~', int(row.at - AUDIT_MS))
end

-- Writes down that a member was taken out, if somebody else did it: kicked (kind code '6'), or removed by the game's backend as one who left. `by` is '' for the backend.
local function audit_removal(owner, kind, by, player, why)
  if kind ~= '6' and by ~= '' then return end
  audit(owner, { act = kind == '6' and 'kick' or 'remove', by = by, whom = player, why = why ~= '' and why or nil })
end

-- What a function refuses with when the owner's channel is not there; nil when it is.
local function missing_channel(owner)
  if redis.call('EXISTS', owner .. 'info') == 1 then return nil end
  return string.find(owner, '}:guild:', 1, true) and { 'guild-not-found' } or { 'channel-not-found' }
end

-- What whoever is banned is refused with ({'banned', until} or, for ever, {'banned'}); nil when he is not. A ban that is over is forgotten.
local function ban_refusal(owner, player)
  local stored = redis.call('HGET', owner .. 'bans', player)
  if not stored then return nil end
  local ends = cjson.decode(stored).ends
  if not ends then return { 'banned' } end
  if ends > now_ms() then return { 'banned', ends } end
  redis.call('HDEL', owner .. 'bans', player)
end

-- Whether nobody else can be banned. Bans that are over make room.
local function bans_are_full(owner, player, most)
  local bans = owner .. 'bans'
  if redis.call('HEXISTS', bans, player) == 1 or redis.call('HLEN', bans) < most then return false end
  local all, now = redis.call('HGETALL', bans), now_ms()
  for index = 1, #all, 2 do
    if (cjson.decode(all[index + 1]).ends or now) < now then redis.call('HDEL', bans, all[index]) end
  end
  return redis.call('HLEN', bans) >= most
end

-- Keeps a ban; `ends` nil: for ever.
local function put_ban(owner, player, by, ends, reason)
  redis.call('HSET', owner .. 'bans', player, cjson.encode({ ends = ends, by = by, reason = reason, at = now_ms() }))
end

-- A member who was muted before he left is so still.
local function stay_muted(owner, player)
  local ends = tonumber(redis.call('HGET', owner .. 'mutes', player) or '')
  if not ends then return end
  if ends <= now_ms() then
    redis.call('HDEL', owner .. 'mutes', player)
    return
  end
  local member = cjson.decode(redis.call('HGET', owner .. 'members', player))
  member.mutedUntil = ends
  redis.call('HSET', owner .. 'members', player, cjson.encode(member))
end

local note_been, purged_among
do
  -- Where a player was, or is not let in: something may stand against him there, which goes with him, see ../link/carry.lua, and what he wrote lies there, see purge.lua. Of too many those go first that he left longest
  -- ago, so that nobody gets rid of a ban by coming and going; and of more than half of them teams, of which one plays in many a day and which leave nothing behind.
  -- `owner` is the player's.
  local BEEN_KEPT, BANNED_MS = 50, 100 * 365 * 86400000
  function note_been(owner, channel, is_banned)
    redis.call('ZADD', owner .. 'been', 'GT', int(now_ms() + (is_banned and BANNED_MS or 0)), channel)
    local over = redis.call('ZCARD', owner .. 'been') - BEEN_KEPT
    if over <= 0 then return end
    local teams = {}
    for _, one in ipairs(redis.call('ZRANGE', owner .. 'been', 0, -1)) do
      if string.sub(one, 1, 5) == 'team:' then teams[#teams + 1] = one end
    end
    for index = 1, math.min(over, #teams - BEEN_KEPT / 2) do redis.call('ZREM', owner .. 'been', teams[index]) end
    redis.call('ZREMRANGEBYRANK', owner .. 'been', 0, -BEEN_KEPT - 1)
  end

  -- Which of these entries (as they lie in the log) were deleted with all their author's: by index what each is read as now, in the form of changes.lua; nil when none
  -- was. His edits before that say nothing any more, in a form nobody understands.
  local PURGED_KINDS = { ['1'] = true, ['2'] = true, ['3'] = true, ['8'] = true, ['9'] = true, ['10'] = true, ['14'] = true, ['18'] = true, ['11'] = false }
  function purged_among(owner, rows)
    if not rows or redis.call('EXISTS', owner .. 'purges') == 0 then return nil end
    local purges, found = {}, nil
    local all = redis.call('HGETALL', owner .. 'purges')
    for index = 1, #all, 2 do
      local up_to, by = string.match(all[index + 1], '^(%d+):(%d+)$')
      purges[all[index]] = { tonumber(up_to), by }
    end
    for index, row in ipairs(rows) do
      local seq, kind, from = string.match(row, '^%[(%d+),%d+,%d+,(%d+),(%d+),')
      local purge, has_content = purges[from], PURGED_KINDS[kind]
      if purge and has_content ~= nil and tonumber(seq) <= purge[1] then
        found = found or {}
        found[index] = has_content and '{"by":' .. purge[2] .. '}' or '{}'
      end
    end
    return found
  end

  -- audit_page: acts, the newest first.
  -- ARGV: 1 caller ('' the game's backend), 2 permission it takes, 3 before which id ('' the newest), 4 how many, 5 is the owner a channel (0|1)
  -- Reply: {'ok', {id, row (JSON), …}}   Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}
  command('audit_page', function(keys, argv)
    local owner = keys[1]
    local missing = argv[5] == '1' and missing_channel(owner)
    if missing then return missing end
    local refusal = refused(owner, argv[1], argv[2])
    if refusal then return { refusal } end
    local rows = {}
    for _, row in ipairs(redis.call('XREVRANGE', owner .. 'audit', argv[3] == '' and '+' or '(' .. argv[3], '-', 'COUNT', argv[4])) do
      rows[#rows + 1] = row[1]
      rows[#rows + 1] = row[2][2]
    end
    return { 'ok', rows }
  end)
end
