dense_int8 m=4 k=6 n=8 act=u8 wgt=s8 out=s32 act=i16 wgt=i8 dot=2 offset=0 ic_block=6 oc_block=8 border=packed flat=false x86_64 cpu=znver3 isa=avx2 threads=1

target triple = "x86_64-unknown-linux-gnu"

declare <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16>, <16 x i16>)

define void @octune_run(ptr noalias nocapture readonly %act, ptr noalias nocapture readonly %wgt, ptr noalias nocapture %out, i32 %part, i32 %parts) #0 {
entry:
  %v0 = zext i32 %part to i64
  %v1 = zext i32 %parts to i64
  %v2 = udiv i64 %v0, %v1
  %v3 = add i64 %v0, 1
  %v4 = udiv i64 %v3, %v1
  %v5 = icmp slt i64 %v2, %v4
  br i1 %v5, label %yes0, label %no1
yes0:
  br label %loop3
loop3:
  %v6 = phi i64 [ %v2, %yes0 ], [ %v61, %done5 ]
  %v7 = mul i64 %v6, 48
  %v8 = getelementptr i8, ptr %act, i64 %v7
  %v9 = mul i64 %v6, 128
  %v10 = getelementptr i8, ptr %out, i64 %v9
  %v11 = getelementptr i8, ptr %wgt, i64 64
  %v12 = getelementptr i8, ptr %v8, i64 48
  %v13 = getelementptr i8, ptr %wgt, i64 48
  %v14 = getelementptr i8, ptr %v8, i64 48
  %v15 = getelementptr i8, ptr %wgt, i64 48
  %v16 = getelementptr i8, ptr %v8, i64 12
  %v17 = getelementptr i8, ptr %wgt, i64 48
  br label %loop4
loop4:
  %v18 = phi i64 [ 0, %loop3 ], [ %v56, %loop4 ]
  %v19 = phi ptr [ %v8, %loop3 ], [ %v25, %loop4 ]
  %v20 = phi ptr [ %wgt, %loop3 ], [ %v26, %loop4 ]
  %v21 = phi <8 x i32> [ zeroinitializer, %loop3 ], [ %v34, %loop4 ]
  %v22 = phi <8 x i32> [ zeroinitializer, %loop3 ], [ %v41, %loop4 ]
  %v23 = phi <8 x i32> [ zeroinitializer, %loop3 ], [ %v48, %loop4 ]
  %v24 = phi <8 x i32> [ zeroinitializer, %loop3 ], [ %v55, %loop4 ]
  %v25 = getelementptr i8, ptr %v19, i64 4
  %v26 = getelementptr i8, ptr %v20, i64 16
  %v27 = load <16 x i8>, ptr %v20, align 16
  %v28 = sext <16 x i8> %v27 to <16 x i16>
  %v29 = load i32, ptr %v19, align 4
  %v30 = insertelement <8 x i32> poison, i32 %v29, i64 0
  %v31 = shufflevector <8 x i32> %v30, <8 x i32> %v30, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v32 = bitcast <8 x i32> %v31 to <16 x i16>
  %v33 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v32, <16 x i16> %v28)
  %v34 = add <8 x i32> %v21, %v33
  %v35 = getelementptr i8, ptr %v19, i64 12
  %v36 = load i32, ptr %v35, align 4
  %v37 = insertelement <8 x i32> poison, i32 %v36, i64 0
  %v38 = shufflevector <8 x i32> %v37, <8 x i32> %v37, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v39 = bitcast <8 x i32> %v38 to <16 x i16>
  %v40 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v39, <16 x i16> %v28)
  %v41 = add <8 x i32> %v22, %v40
  %v42 = getelementptr i8, ptr %v19, i64 24
  %v43 = load i32, ptr %v42, align 4
  %v44 = insertelement <8 x i32> poison, i32 %v43, i64 0
  %v45 = shufflevector <8 x i32> %v44, <8 x i32> %v44, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v46 = bitcast <8 x i32> %v45 to <16 x i16>
  %v47 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v46, <16 x i16> %v28)
  %v48 = add <8 x i32> %v23, %v47
  %v49 = getelementptr i8, ptr %v19, i64 36
  %v50 = load i32, ptr %v49, align 4
  %v51 = insertelement <8 x i32> poison, i32 %v50, i64 0
  %v52 = shufflevector <8 x i32> %v51, <8 x i32> %v51, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v53 = bitcast <8 x i32> %v52 to <16 x i16>
  %v54 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v53, <16 x i16> %v28)
  %v55 = add <8 x i32> %v24, %v54
  %v56 = add i64 %v18, 1
  %v57 = icmp slt i64 %v56, 3
  br i1 %v57, label %loop4, label %done5
done5:
  store <8 x i32> %v34, ptr %v10, align 32
  %v58 = getelementptr i8, ptr %v10, i64 32
  store <8 x i32> %v41, ptr %v58, align 32
  %v59 = getelementptr i8, ptr %v10, i64 64
  store <8 x i32> %v48, ptr %v59, align 32
  %v60 = getelementptr i8, ptr %v10, i64 96
  store <8 x i32> %v55, ptr %v60, align 32
  %v61 = add i64 %v6, 1
  %v62 = icmp slt i64 %v61, %v4
  br i1 %v62, label %loop3, label %done6
done6:
  br label %after2
no1:
  br label %after2
after2:
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" "target-cpu"="x86-64-v3" "target-features"="-lzcnt" "tune-cpu"="znver3" }


target triple = "x86_64-unknown-linux-gnu"


define void @octune_pack_act(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v14, %done2 ]
  %v1 = phi ptr [ %plain, %entry ], [ %v12, %done2 ]
  %v2 = phi ptr [ %packed, %entry ], [ %v13, %done2 ]
  br label %loop1
loop1:
  %v3 = phi i64 [ 0, %loop0 ], [ %v10, %loop1 ]
  %v4 = phi ptr [ %v1, %loop0 ], [ %v8, %loop1 ]
  %v5 = phi ptr [ %v2, %loop0 ], [ %v9, %loop1 ]
  %v6 = load i8, ptr %v4, align 1
  %v7 = zext i8 %v6 to i16
  store i16 %v7, ptr %v5, align 2
  %v8 = getelementptr i8, ptr %v4, i64 1
  %v9 = getelementptr i8, ptr %v5, i64 2
  %v10 = add i64 %v3, 1
  %v11 = icmp slt i64 %v10, 6
  br i1 %v11, label %loop1, label %done2
done2:
  %v12 = getelementptr i8, ptr %v1, i64 6
  %v13 = getelementptr i8, ptr %v2, i64 12
  %v14 = add i64 %v0, 1
  %v15 = icmp slt i64 %v14, 4
  br i1 %v15, label %loop0, label %done3
done3:
  %v16 = getelementptr i8, ptr %packed, i64 48
  %v17 = getelementptr i8, ptr %packed, i64 48
  ret void
}

define void @octune_pack_wgt(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v3, %loop0 ]
  %v1 = mul i64 %v0, 32
  %v2 = getelementptr i8, ptr %packed, i64 %v1
  store <32 x i8> zeroinitializer, ptr %v2, align 32
  %v3 = add i64 %v0, 1
  %v4 = icmp slt i64 %v3, 2
  br i1 %v4, label %loop0, label %done1
done1:
  %v5 = getelementptr i8, ptr %packed, i64 64
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %done1 ], [ %v40, %done9 ]
  %v7 = mul i64 %v6, 6
  %v8 = getelementptr i8, ptr %plain, i64 %v7
  %v9 = udiv i64 %v6, 8
  %v10 = mul i64 %v9, 48
  %v11 = getelementptr i8, ptr %packed, i64 %v10
  %v12 = urem i64 %v6, 8
  %v13 = mul i64 %v12, 2
  %v14 = getelementptr i8, ptr %v11, i64 %v13
  br label %loop3
loop3:
  %v15 = phi i64 [ 0, %loop2 ], [ %v38, %after6 ]
  %v16 = phi i32 [ 0, %loop2 ], [ %v37, %after6 ]
  %v17 = sub i64 7, %v15
  %v18 = udiv i64 %v17, 2
  %v19 = getelementptr i8, ptr %v8, i64 %v15
  %v20 = getelementptr i8, ptr %v14, i64 %v15
  %v21 = icmp slt i64 0, %v18
  br i1 %v21, label %yes4, label %no5
yes4:
  br label %loop7
loop7:
  %v22 = phi i64 [ 0, %yes4 ], [ %v33, %loop7 ]
  %v23 = phi ptr [ %v19, %yes4 ], [ %v26, %loop7 ]
  %v24 = phi ptr [ %v20, %yes4 ], [ %v27, %loop7 ]
  %v25 = phi i32 [ %v16, %yes4 ], [ %v32, %loop7 ]
  %v26 = getelementptr i8, ptr %v23, i64 2
  %v27 = getelementptr i8, ptr %v24, i64 16
  %v28 = getelementptr i8, ptr %v24, i64 48
  %v29 = load i8, ptr %v23, align 1
  %v30 = sext i8 %v29 to i32
  %v31 = trunc i32 %v30 to i8
  store i8 %v31, ptr %v24, align 1
  %v32 = add i32 %v25, %v30
  %v33 = add i64 %v22, 1
  %v34 = icmp slt i64 %v33, %v18
  br i1 %v34, label %loop7, label %done8
done8:
  br label %after6
no5:
  br label %after6
after6:
  %v35 = phi ptr [ %v26, %done8 ], [ %v19, %no5 ]
  %v36 = phi ptr [ %v27, %done8 ], [ %v20, %no5 ]
  %v37 = phi i32 [ %v32, %done8 ], [ %v16, %no5 ]
  %v38 = add i64 %v15, 1
  %v39 = icmp slt i64 %v38, 2
  br i1 %v39, label %loop3, label %done9
done9:
  %v40 = add i64 %v6, 1
  %v41 = icmp slt i64 %v40, 8
  br i1 %v41, label %loop2, label %done10
done10:
  ret void
}

define void @octune_unpack_out(ptr noalias nocapture readonly %packed, ptr noalias nocapture %plain) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v13, %done2 ]
  %v1 = phi ptr [ %packed, %entry ], [ %v11, %done2 ]
  %v2 = phi ptr [ %plain, %entry ], [ %v12, %done2 ]
  br label %loop1
loop1:
  %v3 = phi i64 [ 0, %loop0 ], [ %v9, %loop1 ]
  %v4 = phi ptr [ %v1, %loop0 ], [ %v7, %loop1 ]
  %v5 = phi ptr [ %v2, %loop0 ], [ %v8, %loop1 ]
  %v6 = load i32, ptr %v4, align 4
  store i32 %v6, ptr %v5, align 4
  %v7 = getelementptr i8, ptr %v4, i64 4
  %v8 = getelementptr i8, ptr %v5, i64 4
  %v9 = add i64 %v3, 1
  %v10 = icmp slt i64 %v9, 8
  br i1 %v10, label %loop1, label %done2
done2:
  %v11 = getelementptr i8, ptr %v1, i64 32
  %v12 = getelementptr i8, ptr %v2, i64 32
  %v13 = add i64 %v0, 1
  %v14 = icmp slt i64 %v13, 4
  br i1 %v14, label %loop0, label %done3
done3:
  %v15 = getelementptr i8, ptr %packed, i64 128
  %v16 = getelementptr i8, ptr %packed, i64 128
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" optnone noinline "target-cpu"="x86-64-v3" "target-features"="-lzcnt" "tune-cpu"="znver3" }
