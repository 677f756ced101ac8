from . import local_time, look_back, sentences
