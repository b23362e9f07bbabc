"""What runs inside the kernel engine's own processes: the standard library only, nothing else of ours.

These modules are loaded by an interpreter with an empty environment (`zygote.main`), so that neither pydantic nor a
setting nor a secret of the platform is ever in a process that candidate code is forked from.
"""
