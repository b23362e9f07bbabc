"""What every template must hold to, one small function per rule: a template in, what breaks the rule out.

They know templates and nothing of CDK, so that a test can break a template and see the rule speak.
"""
