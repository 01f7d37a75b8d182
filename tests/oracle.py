"""The plain way of doing what a policy does: every operation by itself, on whole images, in scalar code."""

from __future__ import annotations

from fastaug.composition.call import Call


def plainly(policy, index=0, epoch=0, **data):
    """What ``policy(**data, index=index, epoch=epoch)`` must give, made without the planner."""
    call = Call(policy, data)
    arrays, boxes, keypoints, applied = policy._pipeline.run(
        policy._seeds(index, epoch),
        call.pixels,
        call.names,
        call.columns,
        call.boxes,
        call.box_labels(),
        call.keypoints,
        policy._records,
        plain=True,
    )
    return call.result(arrays, boxes, keypoints, applied)
