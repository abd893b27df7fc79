-- Who may do what in a channel. Its owner's `info` may hold `may:<permission>` = ',leader,officer,', which takes the place of the default (DEFAULT_RANKS, made of
-- shared/rank.ts). Rights are asked by the function that acts, at the time it does.

local RANK_HEIGHT = { leader = 4, officer = 3, member = 2, recruit = 1 }

local function permits(owner, rank, permission)
  -- Who is in the team of a studio's own room is who is in that room.
  if permission == 'invite' and redis.call('HGET', owner .. 'info', 'founding') == 'room' then return false end
  if rank == 'leader' then return true end
  local ranks = redis.call('HGET', owner .. 'info', 'may:' .. permission) or DEFAULT_RANKS[permission]
  return string.find(ranks, ',' .. rank .. ',', 1, true) ~= nil
end

-- Why a caller may not, and who he is: nil and nil for '', the game's backend, which may all.
local function refused(owner, caller, permission)
  if caller == '' then return nil, nil end
  local record = redis.call('HGET', owner .. 'members', caller)
  if not record then return 'not-member', nil end
  local member = cjson.decode(record)
  if not permits(owner, member.rank, permission) then return 'not-permitted', member end
  return nil, member
end

-- Whether a caller (nil: the backend) may act upon a member at all.
local function outranks(caller, member)
  return caller == nil or RANK_HEIGHT[caller.rank] > RANK_HEIGHT[member.rank]
end

-- Tells the game, the directory and the rankings what happened, with the same certainty with which it did.
local function happened(bucket, event, fields)
  fields.type, fields.event, fields.at = 'event', event, now_ms()
  to_outbox(bucket, cjson.encode(fields))
end
