"""`NamedTuple` as `typing` has it, made in a tenth of the time and with no module loaded.

`typing.NamedTuple` compiles the text of every annotation when a class is made, and a `__new__` for
each: a fifth of what a short command took beside Python's own start. Checkers see `typing`'s.
"""

from __future__ import annotations

#: Checkers take the name for true, wherever it comes from.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    try:
        from _collections import _tuplegetter
    except ImportError:  # an interpreter that has none in C

        def _tuplegetter(place, text):
            return property(lambda self: self[place], doc=text)

    #: How many of a class were made. To compile its `__new__` takes as long as some dozen without
    #: it, and most commands make but one or two of most classes.
    _made = {}
    _FEW = 8

    class _Signature:
        """Who looks for the signature of a class finds that of its own `__new__`."""

        def __get__(self, value, cls):
            _give_new(cls)

    class _Named(tuple):
        __slots__ = ()
        __signature__ = _Signature()
        _fields = ()
        _field_defaults = {}  # noqa: RUF012 (as `typing.NamedTuple` has it)

        def __new__(cls, /, *values, **named):
            made = _made[cls] = _made.get(cls, 0) + 1
            whole = _whole(cls, values, named) if made <= _FEW else None
            if whole is not None:
                return tuple.__new__(cls, whole)
            _give_new(cls)
            return cls.__new__(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **named):
            made = self._make(map(named.pop, self._fields, self))
            if named:
                raise ValueError(f"Got unexpected field names: {list(named)!r}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            pairs = (f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({', '.join(pairs)})"

    def _whole(cls, values, named):
        """The values of all fields; None where one is missing or unknown, of which `__new__` of the
        class's own will complain."""
        rest = cls._fields[len(values) :]
        if named and not named.keys() <= {*rest}:
            return None
        if rest:
            known = {**cls._field_defaults, **named}
            values += tuple(known[one] for one in rest if one in known)
        return values if len(values) == len(cls._fields) else None

    def _give_new(cls):
        """Make the `__new__` of a class, which most that are imported are never asked for."""
        owner = next(one for one in cls.__mro__ if "_fields" in vars(one))
        if "__new__" in vars(owner):
            return
        defaults = owner._field_defaults
        asked = [f"{one}=_defaults[{one!r}]" if one in defaults else one for one in owner._fields]
        values = "".join(f"{one}, " for one in owner._fields)
        code = f"lambda {', '.join(['_cls', *asked])}: _new(_cls, ({values}))"
        made = eval(code, {"_new": tuple.__new__, "_defaults": defaults})  # noqa: S307
        made.__name__ = "__new__"
        made.__qualname__ = f"{owner.__qualname__}.__new__"
        owner.__new__ = staticmethod(made)

    class _Maker(type):
        """What `class Pair(NamedTuple)` calls: the class is a tuple's, and of no other kind."""

        def __new__(cls, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            body["_fields"] = body["__match_args__"] = fields
            body["_field_defaults"] = {one: body[one] for one in fields if one in body}
            body["__slots__"] = ()
            for place, one in enumerate(fields):
                body[one] = _tuplegetter(place, None)
            others = tuple(base for base in bases if base is not NamedTuple)
            return type(name, (_Named, *others), body)

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})

__all__ = ["NamedTuple"]
